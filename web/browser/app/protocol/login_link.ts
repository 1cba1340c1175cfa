/**
 * Links by which an account travels: `dclogin:` has address and password,
 * `dcaccount:` and invitation pages where a new one is made.
 *
 * @module
 */
export interface Login {
  readonly address: string;
  readonly password: string;
}

const MAX_LETTERS = 2000;
const LOGIN = /^dclogin:(?:\/\/)?([^?#/]{3,320})\/?\?([^#]*)/i;
const ADDRESS = /^[^\s@<>",;:]{1,64}@[^\s@<>",;]{1,255}$/;
const INVITATION = /^(?:dcaccount:(?:\/\/)?)?https?:\/\//i;

/** undefined when it is no such link. */
export function parseLogin(text: string): Login | undefined {
  const trimmed = text.trim();
  if (trimmed.length > MAX_LETTERS) return undefined;
  const [, name = "", query = ""] = LOGIN.exec(trimmed) ?? [];
  const address = decoded(name)?.toLowerCase() ?? "";
  // "+" is a plus here, not a blank
  const fields = new URLSearchParams(query.replaceAll("+", "%2B"));
  const password = fields.get("p") ?? "";
  if (!ADDRESS.test(address) || password === "") return undefined;
  return { address, password };
}

/** Of a link to sign up with, or as it was typed. */
export function tokenIn(text: string): string {
  const trimmed = text.trim();
  if (!INVITATION.test(trimmed)) return trimmed.slice(0, 128);
  try {
    const { searchParams, pathname } = new URL(
      trimmed.replace(/^dcaccount:(?:\/\/)?/i, ""),
    );
    const token = searchParams.get("token") ?? searchParams.get("t") ??
      /\/inv\/([^/]+)$/.exec(pathname)?.[1] ?? "";
    return token.slice(0, 128);
  } catch {
    return "";
  }
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
