import type { IncomingMessage } from "node:http";
import { isLoopback } from "@rpc/transport-tcp/sockets";

/** Longest part of a stranger's header that is repeated in a message. */
const mostShown = 200;

/**
 * Returns why the page that `request` comes from may not connect; nothing when it may, and for peers that are no browser.
 *
 * Without a list of origins a page may connect to where it came from. On loopback its host must be a name of loopback:
 * a stranger's name can be made to lead to 127.0.0.1 in a browser that already shows the stranger's page.
 */
export function originProblem(
  request: IncomingMessage,
  origins: readonly string[] | undefined,
): string | undefined {
  const { origin } = request.headers;
  if (origin === undefined) return undefined;
  if (origins !== undefined) {
    if (origins.includes("*") || origins.includes(origin)) return undefined;
  } else if (isOwnPage(origin, request)) return undefined;
  const named = JSON.stringify(origin.slice(0, mostShown));
  return `a page of ${named} may not connect here; to allow it, add it to origins of ws()`;
}

function isOwnPage(origin: string, request: IncomingMessage): boolean {
  if (!URL.canParse(origin)) return false;
  const page = new URL(origin);
  if (page.host !== hostOf(request, page.protocol)) return false;
  const here = request.socket.localAddress;
  return here === undefined || !isLoopback(here) || isLoopback(page.hostname.replace(/^\[(.*)\]$/, "$1"));
}

// As a URL writes it: without the port that goes without saying.
function hostOf(request: IncomingMessage, protocol: string): string | undefined {
  const url = `${protocol}//${request.headers.host ?? ""}`;
  return URL.canParse(url) ? new URL(url).host : undefined;
}
