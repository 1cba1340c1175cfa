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
  reply: "M9 7l-5 5 5 5M4 12h10a6 6 0 016 6v1",
  forward: "M15 7l5 5-5 5M20 12H10a6 6 0 00-6 6v1",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  pencil: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  bin: "M5 7h14M10 4h4M7 7l1 13h8l1-13M10 11v5M14 11v5",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  more: "M12 5.500v.5M12 12v.5M12 18.500v.5",
  timer: "M12 21a8 8 0 100-16 8 8 0 000 16zM12 9v4M9 2h6",
  phone:
    "M6 3l3 1 1 4-2 2c1 2.500 3 4.500 5.500 5.500l2-2 4 1 1 3c0 2-1.500 3-3 3C10 20.500 3.500 14 3 6.500 3 4.500 4 3 6 3z",
  film: "M3 6h12v12H3zM15 10l6-3v10l-6-3z",
  app: "M4 4h7v7H4zM13 4h7v7h-7zM4 13h7v7H4zM16.500 13v7M13 16.500h7",
  microphone:
    "M12 14a3 3 0 003-3V6a3 3 0 00-6 0v5a3 3 0 003 3zM6 11a6 6 0 0012 0M12 17v4",
  muted: "M4 10v4h4l5 4V6l-5 4zM17 10l4 4M21 10l-4 4",
  pin: "M9 4h6l-1 6 3 3H7l3-3zM12 13v7",
  envelope: "M3 6h18v12H3zM3 7l9 7 9-7",
  bubbles: "M3 5h12v8H8l-3 3v-3H3zM9 16v1h6l4 3v-3h2V9h-3",
  down: "M12 5v14M6 13l6 6 6-6",
  search: "M11 18a7 7 0 100-14 7 7 0 000 14zM16 16l5 5",
} as const;

export type SymbolName = keyof typeof PATHS;
/** These point where the text goes. */
const TURNED: readonly SymbolName[] = ["back", "send", "reply", "forward"];

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
