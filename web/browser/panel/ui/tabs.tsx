/** Parts of one screen, one at a time. @module */
import type { ComponentChildren, JSX } from "preact";
import { useId, useRef } from "preact/hooks";

export interface TabsProps {
  readonly label: string;
  readonly tabs: readonly (readonly [key: string, label: string])[];
  readonly current: string;
  readonly onChange: (key: string) => void;
  readonly children: ComponentChildren;
}

export function Tabs(
  { label, tabs, current, onChange, children }: TabsProps,
): JSX.Element {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const move = (by: number) => {
    const index = tabs.findIndex(([key]) => key === current);
    const next = tabs[(index + by + tabs.length) % tabs.length];
    if (!next) return;
    onChange(next[0]);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next[0]}"]`)
      ?.focus();
  };
  return (
    <>
      <div
        class="tabs"
        role="tablist"
        aria-label={label}
        ref={list}
        onKeyDown={(event) => {
          const forward = document.documentElement.dir === "rtl" ? -1 : 1;
          if (event.key === "ArrowRight") move(forward);
          if (event.key === "ArrowLeft") move(-forward);
        }}
      >
        {tabs.map(([key, text]) => (
          <button
            key={key}
            type="button"
            role="tab"
            id={`${id}-${key}`}
            data-tab={key}
            aria-selected={key === current ? "true" : "false"}
            aria-controls={`${id}-panel`}
            tabIndex={key === current ? 0 : -1}
            onClick={() => onChange(key)}
          >
            {text}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${current}`}
      >
        {children}
      </div>
    </>
  );
}
