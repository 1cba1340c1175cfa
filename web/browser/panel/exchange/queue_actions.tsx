/** What can be done with mail that waits: all of it, one server's, or one message. @module */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { t } from "../i18n/translate.ts";
import { attempt } from "../parts/action.ts";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { SwitchField } from "../ui/fields.tsx";
import { toast } from "../ui/toast.tsx";

export type Selection =
  | { readonly id: string }
  | { readonly dest: string }
  | { readonly all: true };

interface QueueActionsProps {
  readonly of: Selection;
  /** For those who hear which button this is; none: all of the queue. */
  readonly name?: string;
  readonly count: number;
  readonly isHeld: boolean;
  readonly onChanged: () => void;
}

export function QueueActions(
  { of, name, count, isHeld, onChanged }: QueueActionsProps,
): JSX.Element {
  const [isDropping, setDropping] = useState(false);
  const isAll = "all" in of;
  const act = async (deed: "retry" | "hold" | "release") => {
    await attempt(
      () => call(`queue.${deed}`, { ...of }),
      t(`queue.did_${deed}`),
    );
    onChanged();
  };
  const button = (deed: "retry" | "hold" | "release" | "drop") => {
    const text = t(isAll ? `queue.all_${deed}` : `queue.${deed}`);
    return {
      small: !isAll,
      children: text,
      ...(name === undefined ? {} : { label: `${text}: ${name}` }),
    };
  };
  return (
    <span class="buttons">
      {isHeld
        ? <Button {...button("release")} onClick={() => void act("release")} />
        : (
          <>
            <Button
              kind="primary"
              {...button("retry")}
              onClick={() => void act("retry")}
            />
            <Button {...button("hold")} onClick={() => void act("hold")} />
          </>
        )}
      <Button
        kind="danger"
        {...button("drop")}
        onClick={() => setDropping(true)}
      />
      {isDropping && (
        <Drop
          of={of}
          name={name}
          count={count}
          onChanged={onChanged}
          onClose={() => setDropping(false)}
        />
      )}
    </span>
  );
}

interface DropProps {
  readonly of: Selection;
  readonly name: string | undefined;
  readonly count: number;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

function Drop({ of, name, count, onChanged, onClose }: DropProps) {
  const [isTold, setTold] = useState(true);
  const isOne = "id" in of;
  const drop = () => {
    if (isOne) return call("queue.remove", { id: of.id, bounce: isTold });
    return call("queue.purge", "dest" in of ? { dest: of.dest } : {});
  };
  return (
    <ConfirmDialog
      title={t("queue.drop_title")}
      confirmLabel={t("queue.drop")}
      danger
      onConfirm={async () => {
        const { deleted } = await drop() as { readonly deleted: number };
        toast(t("queue.dropped", { count: deleted }), "good");
        onChanged();
      }}
      onClose={onClose}
    >
      <p>
        {isOne
          ? t("queue.drop_one", { name: name ?? "" })
          : name === undefined
          ? t("queue.drop_all", { count })
          : t("queue.drop_server", { count, name })}
      </p>
      {isOne && (
        <SwitchField
          label={t("queue.tell_sender")}
          value={isTold}
          onChange={setTold}
        />
      )}
    </ConfirmDialog>
  );
}
