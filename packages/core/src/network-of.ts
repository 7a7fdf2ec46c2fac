/**
 * What limits per address count by: an IPv4 address itself, of an IPv6 address the /64 it is from, written
 * `2001:db8:0:7::/64`.
 *
 * Whoever has one IPv6 address has all 2⁶⁴ of its network, and could come from a new one every time. Link-local
 * addresses stay whole: they all have one prefix, and who has one is on the same wire.
 */
export function networkOf(host: string): string {
  const address = host.replace(/^\[(.*)\]$/, "$1").toLowerCase();
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  // Whatever a proxy wrote there may be anything: what is no address counts as it is.
  if (!/^[\da-f:]*:[\da-f:.]*$/.test(address) || /^fe[89ab]/.test(address)) return address;
  const [left = "", right] = address.split("::");
  const before = groupsOf(left);
  const after = groupsOf(right);
  const between = right === undefined ? 0 : Math.max(0, groups - before.length - after.length);
  const all = [...before, ...new Array<string>(between).fill("0"), ...after];
  return `${all
    .slice(0, groups / 2)
    .map(withoutZeros)
    .join(":")}::/64`;
}

const groups = 8;

function groupsOf(text = ""): string[] {
  return text === "" ? [] : text.split(":");
}

function withoutZeros(group: string): string {
  return group.replace(/^0+(?=.)/, "");
}
