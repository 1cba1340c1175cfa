/** Screens that show how the relay is. @module */
import type { Screen } from "../screen.ts";
import { Conditions } from "./conditions_screen.tsx";
import { Logs } from "./logs.tsx";
import { Overview } from "./overview.tsx";
import { Traffic } from "./traffic.tsx";

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
  {
    path: "/traffic",
    title: "screen.traffic",
    icon: "traffic",
    group: "watch",
    component: Traffic,
    key: "t",
  },
  {
    path: "/logs",
    title: "screen.logs",
    icon: "logs",
    group: "watch",
    component: Logs,
    key: "l",
    scope: "full",
  },
];
