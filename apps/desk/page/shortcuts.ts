/** Keys of the whole page, by what they do; they rest while somebody types, and under Ctrl, Alt and Meta. */
export function listenForKeys(keys: Readonly<Record<string, () => void>>): void {
  document.addEventListener("keydown", (event) => {
    const target = event.target as HTMLElement;
    const typing = target.matches("select, input:not([type=radio])");
    if (event.key === "Escape" && typing) return target.blur();
    if (typing || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    const run = keys[event.key.toLowerCase()];
    if (run === undefined) return;
    event.preventDefault();
    run();
  });
}
