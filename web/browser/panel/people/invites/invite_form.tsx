/** Makes an invitation, or changes one. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../../client/call.ts";
import { t } from "../../i18n/translate.ts";
import {
  CommentField,
  FormDialog,
  type Problems,
} from "../../parts/form_dialog.tsx";
import { NumberField, SelectField, TextField } from "../../ui/fields.tsx";
import type { Invite } from "../shapes.ts";

const USES = ["1", "5", "25"] as const;
const TIMES = ["1d", "7d", "30d", "0"] as const;
const OTHER = "other";
const AS_IT_IS = "as_it_is";

interface Wanted {
  /** One of the presets, or `other`. */
  readonly uses: string;
  readonly otherUses: number | undefined;
  /** A duration; `0`: for ever. */
  readonly time: string;
  readonly comment: string;
  readonly note: string;
}

interface FieldsProps {
  readonly wanted: Wanted;
  readonly onChange: (wanted: Wanted) => void;
  readonly problem: Problems;
  readonly times: readonly string[];
}

function Fields({ wanted, onChange, problem, times }: FieldsProps) {
  return (
    <>
      <SelectField
        label={t("invites.how_many")}
        value={wanted.uses}
        options={[
          ...USES.map((count) =>
            [count, t("invites.people", { count: Number(count) })] as const
          ),
          [OTHER, t("invites.other_number")],
        ]}
        error={wanted.uses === OTHER ? undefined : problem("max_uses")}
        onChange={(uses) => onChange({ ...wanted, uses })}
      />
      {wanted.uses === OTHER && (
        <NumberField
          label={t("invites.number")}
          min={1}
          max={1_000_000}
          required
          value={wanted.otherUses}
          error={problem("max_uses")}
          onChange={(otherUses) => onChange({ ...wanted, otherUses })}
        />
      )}
      <SelectField
        label={t("invites.how_long")}
        value={wanted.time}
        options={times.map((time) => [time, t(`invites.time_${time}`)])}
        error={problem("expires_in")}
        onChange={(time) => onChange({ ...wanted, time })}
      />
      <CommentField
        hint={t("invites.comment_hint")}
        value={wanted.comment}
        problem={problem}
        onChange={(comment) => onChange({ ...wanted, comment })}
      />
      <TextField
        label={t("invites.note")}
        hint={t("invites.note_hint")}
        value={wanted.note}
        maxLength={500}
        error={problem("public_note")}
        onChange={(note) => onChange({ ...wanted, note })}
      />
    </>
  );
}

function usesOf({ uses, otherUses }: Wanted): number | undefined {
  return uses === OTHER ? otherUses : Number(uses);
}

interface NewInviteProps {
  readonly onClose: () => void;
  readonly onMade: (made: Invite) => void;
}

export function NewInvite({ onClose, onMade }: NewInviteProps): JSX.Element {
  const [wanted, setWanted] = useState<Wanted>({
    uses: "1",
    otherUses: undefined,
    time: "7d",
    comment: "",
    note: "",
  });
  return (
    <FormDialog
      title={t("invites.new")}
      submit={t("invites.make")}
      disabled={usesOf(wanted) === undefined}
      onSubmit={async () =>
        onMade(
          await call<Invite>("registration_tokens.create", {
            max_uses: usesOf(wanted),
            expires_in: wanted.time,
            comment: wanted.comment.trim(),
            public_note: wanted.note.trim(),
          }),
        )}
      onDone={() => {}}
      onClose={onClose}
    >
      {(problem) => (
        <Fields
          wanted={wanted}
          onChange={setWanted}
          problem={problem}
          times={TIMES}
        />
      )}
    </FormDialog>
  );
}

interface EditInviteProps {
  readonly of: Invite;
  readonly onClose: () => void;
  readonly onChanged: () => void;
}

export function EditInvite(
  { of, onClose, onChanged }: EditInviteProps,
): JSX.Element {
  const preset = USES.find((count) => count === String(of.max_uses));
  const [wanted, setWanted] = useState<Wanted>({
    uses: preset ?? OTHER,
    otherUses: of.max_uses,
    time: AS_IT_IS,
    comment: of.comment,
    note: of.public_note,
  });
  return (
    <FormDialog
      title={t("invites.edit_title")}
      submit={t("people.save")}
      done={t("people.saved")}
      disabled={usesOf(wanted) === undefined}
      onSubmit={() =>
        call("registration_tokens.create", {
          token: of.token,
          max_uses: usesOf(wanted),
          comment: wanted.comment.trim(),
          public_note: wanted.note.trim(),
          expires_in: wanted.time === AS_IT_IS ? undefined : wanted.time,
        })}
      onChanged={onChanged}
      onClose={onClose}
    >
      {(problem) => (
        <Fields
          wanted={wanted}
          onChange={setWanted}
          problem={problem}
          times={[AS_IT_IS, ...TIMES]}
        />
      )}
    </FormDialog>
  );
}
