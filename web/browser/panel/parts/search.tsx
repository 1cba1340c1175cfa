/** A field to search by, which waits until nothing is typed for a moment. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { TextField } from "../ui/fields.tsx";

const STILL_MS = 300;

interface SearchProps {
  readonly label: string;
  readonly value: string;
  readonly maxLength?: number;
  readonly onSearch: (text: string) => void;
}

export function Search(
  { label, value, maxLength, onSearch }: SearchProps,
): JSX.Element {
  const [text, setText] = useState(value);
  // as it is by then: something else may have been chosen since it was typed
  const search = useRef(onSearch);
  search.current = onSearch;
  const said = useRef(value);
  useEffect(() => {
    if (value === said.current) return;
    said.current = value; // it was changed elsewhere, as on the way back
    setText(value);
  }, [value]);
  useEffect(() => {
    if (text === value) return;
    const timer = setTimeout(() => {
      said.current = text;
      search.current(text);
    }, STILL_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div role="search" class="search">
      <TextField
        kind="search"
        label={label}
        value={text}
        {...(maxLength === undefined ? {} : { maxLength })}
        onChange={setText}
      />
    </div>
  );
}
