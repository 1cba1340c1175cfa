/**
 * What a login that failed may tell: why a name that is no account did not
 * become one, and what to do about it. It is the same for a wrong password, a
 * blocked name and no account, so that it tells nothing about them.
 *
 * @module
 */

/** Why no first login may make an account of this name and password now. */
export type Obstacle =
  | { readonly kind: "closed" | "by_invitation" | "by_sign_up" | "full" }
  | { readonly kind: "foreign"; readonly domain: string }
  /** The rule for names or passwords that is broken, in printable ASCII. */
  | { readonly kind: "rule"; readonly rule: string };

/** @param signUpUrl where people sign up, if they can reach such a page */
export function loginAdvice(
  obstacle: Obstacle,
  signUpUrl: string | undefined,
): string {
  const at = signUpUrl === undefined ? "" : `: ${signUpUrl}`;
  switch (obstacle.kind) {
    case "closed":
      return `${EITHER}; sign-up here is closed except by invitation${at}`;
    case "by_invitation":
      return `${EITHER}; sign-up here is by invitation${at}`;
    case "by_sign_up":
      return `${EITHER}; sign up before the first login${at}`;
    case "full":
      return `${EITHER}; this server takes no more accounts`;
    case "foreign":
      return `accounts of this server end in @${obstacle.domain}`;
    case "rule":
      return `${EITHER}, which a first login would make but for this: ${obstacle.rule}`;
  }
}

const EITHER = "wrong password, or no such account";
