/** A question with fields, which stays open with what was typed until it succeeded. @module */
import type { ComponentChildren, JSX } from "preact";
import { t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/fields.tsx";
import { useAction } from "./action.ts";

/** What is wrong with a field, in the server's words. */
export type Problems = (field: string) => string | undefined;

export interface FormDialogProps {
  readonly title: string;
  readonly submit: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
  readonly wide?: boolean;
  readonly onSubmit: () => Promise<unknown>;
  readonly onClose: () => void;
  /** Told when it succeeded, before it closes. */
  readonly onChanged?: () => void;
  /** What follows when it succeeded, in place of both. */
  readonly onDone?: () => void;
  /** Fields by the code of a refusal that names none. */
  readonly fieldOf?: Readonly<Record<string, string>>;
  /** Said when it succeeded. */
  readonly done?: string;
  readonly children: (problem: Problems) => ComponentChildren;
}

export function FormDialog(props: FormDialogProps): JSX.Element {
  const { title, submit, danger = false, disabled = false, wide } = props;
  const action = useAction();
  const wrong = action.field ?? props.fieldOf?.[action.code ?? ""];
  const asked = new Set<string>();
  const problem: Problems = (field) => {
    asked.add(field);
    return wrong === field ? action.error : undefined;
  };
  const fields = props.children(problem);
  const isElsewhere = action.error !== undefined &&
    !asked.has(wrong ?? "");
  async function send(event: Event): Promise<void> {
    event.preventDefault();
    if (disabled) return;
    if (!await action.run(props.onSubmit, props.done)) return;
    if (props.onDone) return props.onDone();
    props.onChanged?.();
    props.onClose();
  }
  // while it is done nothing else is opened, which its end would close
  return (
    <Dialog
      title={title}
      onClose={props.onClose}
      wide={wide ?? false}
      stays={action.busy}
    >
      <form onSubmit={send}>
        <div class="dialog-text">
          {fields}
          {isElsewhere && <p class="problem" role="alert">{action.error}</p>}
        </div>
        <footer class="dialog-foot">
          <Button disabled={action.busy} onClick={props.onClose}>
            {t("dialog.cancel")}
          </Button>
          <Button
            submit
            kind={danger ? "danger" : "primary"}
            busy={action.busy}
            disabled={disabled}
          >
            {submit}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

export interface CommentFieldProps {
  readonly value: string;
  readonly hint?: string;
  readonly problem: Problems;
  readonly onChange: (comment: string) => void;
}

/** What operators say to each other about a thing. */
export function CommentField(
  { problem, ...props }: CommentFieldProps,
): JSX.Element {
  return (
    <TextField
      label={t("invites.comment")}
      maxLength={500}
      error={problem("comment")}
      {...props}
    />
  );
}
