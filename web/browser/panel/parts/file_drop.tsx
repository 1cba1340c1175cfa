/** Takes a file: chosen, or dropped on it. @module */
import type { JSX } from "preact";
import { useId, useState } from "preact/hooks";

interface FileDropProps {
  readonly label: string;
  readonly hint: string;
  readonly accept: string;
  readonly onFile: (file: File) => void;
}

export function FileDrop(
  { label, hint, accept, onFile }: FileDropProps,
): JSX.Element {
  const id = useId();
  const [isOver, setOver] = useState(false);
  return (
    <div
      class={isOver ? "file-drop over" : "file-drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (file) onFile(file);
      }}
    >
      <label for={id}>{label}</label>
      <input
        id={id}
        type="file"
        accept={accept}
        aria-describedby={`${id}-hint`}
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          currentTarget.value = ""; // the same file may be chosen again
          if (file) onFile(file);
        }}
      />
      <p class="hint" id={`${id}-hint`}>{hint}</p>
    </div>
  );
}
