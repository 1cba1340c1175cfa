/** What people do with their own account. All of it asks for the password again. @module */
import * as v from "valibot";
import { secretOfText } from "../../../base/secret.ts";
import { Refusal } from "../../../base/refusal.ts";
import { action, type Visit } from "../action.ts";
import { badRequest, WebmailFault } from "../faults.ts";

const MAX_PASSWORD = 4096;
const password = v.optional(
  v.pipe(v.string(), v.maxLength(MAX_PASSWORD)),
  "",
);

export const changePassword = action({
  input: { current_password: password, new_password: password },
  async run(visit, { current_password, new_password }) {
    if (new_password === "") throw badRequest("missing new_password");
    await checkPassword(visit, current_password);
    await visit.account.setPassword(new_password);
    return { status: "changed" } as const;
  },
});

export const deleteAccount = action({
  input: { current_password: password },
  async run(visit, { current_password }) {
    await checkPassword(visit, current_password);
    await visit.account.remove();
    return { status: "deleted" } as const;
  },
});

export const invite = action({
  input: {},
  async run({ account }) {
    try {
      const { token, url, expiresAt, left } = await account.invite();
      return {
        token,
        url,
        expires_at: new Date(1000 * expiresAt).toISOString(),
        left,
      };
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== "policy_rejection") {
        throw error;
      }
      throw new WebmailFault(
        403,
        "invitations are switched off",
        "invitations_off",
      );
    }
  },
});

/** The one that is stored: who has only a session may not do this. @throws {WebmailFault | Refusal} */
async function checkPassword(
  { account, backend, peer }: Visit,
  text: string,
): Promise<void> {
  if (text === "") throw badRequest("missing current_password");
  let secret;
  try {
    secret = secretOfText(text);
  } catch {
    throw new Refusal("bad_credentials");
  }
  await backend.login(account.address, secret, peer);
}
