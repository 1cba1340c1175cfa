/** All screens there are, in the order of the navigation. @module */
import type { Screen } from "./screen.ts";
import { WATCH_SCREENS } from "./watch/screens.ts";

export const SCREENS: readonly Screen[] = [...WATCH_SCREENS];
