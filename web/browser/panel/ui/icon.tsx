/** Small pictures, drawn with lines in the colour of the text. @module */
import type { JSX } from "preact";

const PATHS: Readonly<Record<string, string>> = {
  overview: "M3 11l9-8 9 8M5 9v11h5v-6h4v6h5V9",
  traffic: "M3 20h18M5 16l4-6 4 4 6-9",
  warning: "M12 3l10 18H2zM12 9v6M12 17.5v.5",
  logs: "M4 5h16M4 10h16M4 15h10M4 20h7",
  accounts:
    "M8.5 11a3.5 3.5 0 100-7 3.5 3.5 0 000 7zM2 20c0-4 3-6 6.500-6s6.500 2 6.500 6M16 4.500a3.500 3.500 0 010 6M18 14.500c2.500.700 4 2.500 4 5.500",
  blocked: "M12 21a9 9 0 100-18 9 9 0 000 18zM5.600 5.600l12.800 12.800",
  invites: "M3 6h18v12H3zM3 7l9 7 9-7",
  shares: "M12 15V3M8 7l4-4 4 4M5 12v8h14v-8",
  federation:
    "M12 21a9 9 0 100-18 9 9 0 000 18zM3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18",
  queue: "M4 6h12M4 12h12M4 18h7M19 9v9M16 15l3 3 3-3",
  services: "M4 7h9M17 7h3M4 17h3M11 17h9M15 5v4M9 15v4",
  ports: "M9 3v6M15 3v6M6 9h12v4a6 6 0 01-12 0zM12 19v3",
  proxy: "M3 12h5M16 12h5M12 8a4 4 0 100 8 4 4 0 000-8zM12 3v2M12 19v2",
  certificate: "M6 11h12v10H6zM8.500 11V7a3.500 3.500 0 017 0v4M12 15v2",
  security: "M12 3l8 3v6c0 5-3.500 8-8 9-4.500-1-8-4-8-9V6z",
  settings:
    "M12 15a3 3 0 100-6 3 3 0 000 6zM12 2v4M12 18v4M2 12h4M18 12h4M5 5l2.800 2.800M16.200 16.200L19 19M5 19l2.800-2.800M16.200 7.800L19 5",
  storage:
    "M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0",
  website: "M3 4h18v16H3zM3 9h18M6 6.500h.5M9 6.500h.5",
  notice: "M4 10v4h4l8 5V5l-8 5zM19 9c1.500 2 1.500 4 0 6",
  more: "M4 6h16M4 12h16M4 18h16",
  search: "M11 18a7 7 0 100-14 7 7 0 000 14zM16 16l5 5",
};

export function Icon({ name }: { readonly name: string }): JSX.Element {
  return (
    <svg
      class="icon"
      viewBox="0 0 24 24"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      <path d={PATHS[name] ?? PATHS.more!} />
    </svg>
  );
}
