/** Which settings are services, and what is asked before they change. @module */

export interface ServiceRow {
  /** Of the setting: true or false, or a choice. */
  readonly key: string;
  /** Of the server, whose state is shown. */
  readonly part?: string;
  /** Settings that belong to it. */
  readonly values?: readonly string[];
  /** Asked before it is turned on or off. */
  readonly askOn?: string;
  readonly askOff?: string;
  /** A screen with more of it. */
  readonly to?: string;
}

export const SERVICES: readonly {
  readonly title: string;
  readonly rows: readonly ServiceRow[];
}[] = [
  {
    title: "services.sign_up",
    rows: [
      {
        key: "registration_open",
        askOff: "service.registration_open.off",
        to: "/invites",
      },
      { key: "jit_registration", askOff: "service.jit_registration.off" },
      { key: "registration_token_required" },
      {
        key: "allow_chosen_names",
        values: ["min_username_length", "max_username_length"],
      },
    ],
  },
  {
    title: "services.mail",
    rows: [
      {
        key: "federation_enabled",
        askOff: "service.federation_enabled.off",
        to: "/federation",
      },
      {
        key: "message_retention_enabled",
        values: [
          "message_retention",
          "large_message_retention",
          "large_message_size",
        ],
        askOn: "service.message_retention_enabled.on",
      },
      { key: "auto_purge_seen", values: ["auto_purge_seen_grace"] },
      { key: "push_mode", part: "push" },
    ],
  },
  {
    title: "services.calls",
    rows: [
      {
        key: "turn_enabled",
        part: "turn",
        askOff: "service.turn_enabled.off",
        values: [
          "turn_server",
          "turn_realm",
          "turn_relay_ip",
          "turn_relay_port_min",
          "turn_relay_port_max",
          "turn_ttl",
        ],
      },
      { key: "iroh_enabled", part: "iroh", values: ["iroh_relay_url"] },
    ],
  },
  {
    title: "services.web",
    rows: [
      { key: "webimap_enabled" },
      { key: "websmtp_enabled" },
      { key: "sharing_enabled", to: "/shares" },
      { key: "web_docs", values: ["web_operator_docs"] },
      { key: "web_serve_binary" },
      { key: "shadowsocks_enabled", part: "shadowsocks", to: "/proxy" },
      { key: "http_proxy_enabled", to: "/proxy" },
      {
        key: "admin_web_enabled",
        askOff: "service.admin_web_enabled.off",
        to: "/security",
      },
    ],
  },
];
