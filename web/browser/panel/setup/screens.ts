/** Screens that say how the relay shall be. @module */
import type { Screen } from "../screen.ts";
import { Certificates } from "./certificates.tsx";
import { Ports } from "./ports.tsx";
import { Proxy } from "./proxy.tsx";
import { Security } from "./security.tsx";
import { Services } from "./services.tsx";
import { AllSettings } from "./settings.tsx";

export const SETUP_SCREENS: readonly Screen[] = [
  {
    path: "/services",
    title: "screen.services",
    icon: "services",
    group: "setup",
    component: Services,
    key: "s",
  },
  {
    path: "/ports",
    title: "screen.ports",
    icon: "ports",
    group: "setup",
    component: Ports,
    key: "p",
  },
  {
    path: "/proxy",
    title: "screen.proxy",
    icon: "proxy",
    group: "setup",
    component: Proxy,
  },
  {
    path: "/certificates",
    title: "screen.certificates",
    icon: "certificate",
    group: "setup",
    component: Certificates,
    key: "c",
  },
  {
    path: "/settings",
    title: "screen.settings",
    icon: "settings",
    group: "setup",
    component: AllSettings,
  },
  {
    path: "/security",
    title: "screen.security",
    icon: "security",
    group: "setup",
    component: Security,
    scope: "full",
  },
];
