/** A field to search by, which waits until nothing is typed for a moment. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { TextField } from "../ui/fields.tsx";

const STILL_MS = 300;

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
}

export function Search({ label, value, onSearch }: SearchProps): JSX.Element {
  const [text, setText] = useState(value);
  // as it is by then: something else may have been chosen since it was typed
  const search = useRef(onSearch);
  search.current = onSearch;
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => search.current(text), STILL_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div role="search" class="search">
      <TextField label={label} value={text} onChange={setText} kind="search" />
    </div>
  );
}
