/** What a finding means, at more length than there is room for where it is reported. */
export interface Explanation {
  /** Why it is a finding at all. */
  readonly why: string;
  /** What to do about it. */
  readonly mend: string;
  /** Source that has it. */
  readonly bad: string;
  /** The same without. */
  readonly good: string;
}
