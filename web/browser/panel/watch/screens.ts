/** Screens that show how the relay is. @module */
import type { Screen } from "../screen.ts";
import { Conditions } from "./conditions_screen.tsx";
import { Overview } from "./overview.tsx";

export const WATCH_SCREENS: readonly Screen[] = [
  {
    path: "/",
    title: "screen.overview",
    icon: "overview",
    group: "watch",
    component: Overview,
    key: "o",
  },
  {
    path: "/conditions",
    title: "screen.conditions",
    icon: "warning",
    group: "watch",
    component: Conditions,
    key: "w",
  },
];
