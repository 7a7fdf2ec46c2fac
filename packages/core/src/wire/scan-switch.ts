/** Whether bytes are scanned before they are decoded: always, but for proofs of what the scan is worth. */
export const scanSwitch: { on: boolean } = { on: true };
