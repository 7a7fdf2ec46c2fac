/** Returns the element of the page with that id; what it is must be known from index.html. */
export function byId<Kind extends HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

/** One cell of a table row. */
export interface Cell {
  readonly text: string;
  readonly className?: string;
}

/** Writes cells into a row, touching only what changed. */
export function writeCells(row: HTMLTableRowElement, cells: readonly Cell[]): void {
  for (const [index, cell] of cells.entries()) writeCell(row.cells[index] ?? row.insertCell(), cell);
}

/** The same for one cell. */
export function writeCell(cell: HTMLTableCellElement | undefined, { text, className = "" }: Cell): void {
  if (cell === undefined) return;
  if (cell.className !== className) cell.className = className;
  write(cell, text);
}

/** Writes text into an element if it is not there already. */
export function write(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
