/** A field to search by, which waits until nothing is typed for a moment. @module */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { TextField } from "../ui/fields.tsx";

const STILL_MS = 300;

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}

export function Search({ label, value, onSearch }: SearchProps): JSX.Element {
  const [text, setText] = useState(value);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => onSearch(text), STILL_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div role="search" class="search">
      <TextField label={label} value={text} onChange={setText} kind="search" />
    </div>
  );
}
