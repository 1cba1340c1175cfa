/** The form for an account, with what was typed and why it was refused. @module */
import type { JSX } from "preact";

export interface TypedFields {
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
}

export interface SignUpProblem {
  readonly text: string;
  /** Where it is, if it is in one field. */
  readonly field?: keyof TypedFields;
}

export interface AccountFormProps {
  readonly tokenRequired: boolean;
  readonly chosenNames: boolean;
  readonly rules: { readonly name: string; readonly password: string };
  readonly typed: TypedFields;
  readonly problem?: SignUpProblem;
}

export function AccountForm(props: AccountFormProps): JSX.Element {
  const { tokenRequired, chosenNames, typed, problem } = props;
  const tokenIsMore = !tokenRequired && typed.token === undefined &&
    problem?.field !== "token";
  const isOpen = typed.username !== undefined || typed.password !== undefined ||
    problem?.field === "username" || problem?.field === "password";
  return (
    <form method="post" action="/new">
      {!tokenIsMore && <TokenField {...props} />}
      {(chosenNames || tokenIsMore) && (
        <details open={isOpen}>
          <summary>{summaryOf(chosenNames, tokenIsMore)}</summary>
          {tokenIsMore && <TokenField {...props} />}
          {chosenNames && <NameFields {...props} />}
        </details>
      )}
      <button class="button" type="submit">Create account</button>
    </form>
  );
}

function summaryOf(chosenNames: boolean, tokenIsMore: boolean): string {
  if (!chosenNames) return "Invitation token";
  return tokenIsMore
    ? "Invitation token, or a name of your own"
    : "Choose name and password";
}

function NameFields({ typed, rules, problem }: AccountFormProps) {
  return (
    <>
      <label for="username">Name</label>
      <input
        id="username"
        name="username"
        value={typed.username}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={320}
        aria-describedby="username-rule"
        aria-invalid={problem?.field === "username"}
      />
      <p class="soft rule" id="username-rule">{rules.name}</p>
      <label for="password">Password</label>
      <input
        id="password"
        name="password"
        type="password"
        value={typed.password}
        autocomplete="new-password"
        maxLength={256}
        aria-describedby="password-rule"
        aria-invalid={problem?.field === "password"}
      />
      <p class="soft rule" id="password-rule">{rules.password}</p>
    </>
  );
}

function TokenField({ typed, tokenRequired, problem }: AccountFormProps) {
  return (
    <>
      <label for="token">Invitation token</label>
      <input
        id="token"
        name="token"
        value={typed.token}
        autocomplete="off"
        autocapitalize="none"
        spellcheck={false}
        maxLength={128}
        required={tokenRequired}
        aria-invalid={problem?.field === "token"}
      />
    </>
  );
}
