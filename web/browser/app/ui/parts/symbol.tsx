/** Small pictures of the messenger, drawn with lines in the colour of the text. @module */
import type { JSX } from "preact";

const PATHS = {
  back: "M20 12H5M11 5l-7 7 7 7",
  plus: "M12 5v14M5 12h14",
  send: "M4 12L20 4l-5 16-4-6z",
  attach:
    "M8 12.500l6.500-6.500a3 3 0 014.200 4.200l-8.200 8.300a5 5 0 01-7.100-7L11 4",
  clock: "M12 21a9 9 0 100-18 9 9 0 000 18zM12 7v5l3 2",
  check: "M5 13l4 4L19 7",
  checks: "M2 13l4 4L15 7M11 16l1 1 9-10",
  alert: "M12 3l10 18H2zM12 9v6M12 17.500v.500",
  smile:
    "M12 21a9 9 0 100-18 9 9 0 000 18zM8 14c1.500 3 6.500 3 8 0M9 9.500v.5M15 9.500v.5",
  file: "M6 3h8l5 5v13H6zM14 3v5h5",
  people:
    "M8.500 11a3.500 3.500 0 100-7 3.500 3.500 0 000 7zM2 20c0-4 3-6 6.500-6s6.500 2 6.500 6M16 4.500a3.500 3.500 0 010 6M18 14.500c2.500.700 4 2.500 4 5.500",
  megaphone: "M4 10v4h4l8 5V5l-8 5zM19 9c1.500 2 1.500 4 0 6",
  folder: "M3 6h6l2 3h10v10H3z",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  camera: "M4 8h4l2-3h4l2 3h4v11H4zM12 16.500a3 3 0 100-6 3 3 0 000 6z",
  shield:
    "M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6zM8.500 12l2.500 2.500L15.500 9",
  close: "M6 6l12 12M18 6L6 18",
} as const;

export type SymbolName = keyof typeof PATHS;
/** These point where the text goes. */
const TURNED: readonly SymbolName[] = ["back", "send"];

export function Symbol({ name }: { readonly name: SymbolName }): JSX.Element {
  return (
    <svg
      class={TURNED.includes(name) ? "icon turned" : "icon"}
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
