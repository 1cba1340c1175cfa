/**
 * What people paste, scan or follow to get in: a token, a code for one use, a
 * link with a code, or the older forms that carry the token itself.
 *
 * @module
 */

export type Credential = { readonly token: string } | { readonly code: string };

const MAX_LENGTH = 4096;
/** A link's code; only seen behind `#c=`. */
const CODE = /^[A-Za-z0-9_-]{16,128}$/;

export function credentialIn(given: string): Credential | undefined {
  const text = given.trim();
  if (text === "" || text.length > MAX_LENGTH) return undefined;
  return inLink(text) ?? inJson(text) ?? inBase64(text) ?? { token: text };
}

/** The code behind `#c=`, as `admin-login` prints it. */
export function codeIn(fragment: string): string | undefined {
  const code = new URLSearchParams(fragment.replace(/^#/, "")).get("c");
  return code !== null && CODE.test(code) ? code : undefined;
}

function inLink(text: string): Credential | undefined {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return undefined;
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  const code = codeIn(url.hash);
  if (code) return { code };
  const token = url.searchParams.get("t") ?? url.searchParams.get("madmail_t");
  if (token) return { token };
  return inBase64(url.hash.replace(/^#/, ""));
}

function inJson(text: string): Credential | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const { t: token } = JSON.parse(text);
    return typeof token === "string" && token !== "" ? { token } : undefined;
  } catch {
    return undefined;
  }
}

/** base64url of JSON, which begins with `{"`. */
function inBase64(text: string): Credential | undefined {
  if (!/^eyJ[A-Za-z0-9_-]+$/.test(text)) return undefined;
  try {
    return inJson(atob(text.replaceAll("-", "+").replaceAll("_", "/")));
  } catch {
    return undefined;
  }
}
