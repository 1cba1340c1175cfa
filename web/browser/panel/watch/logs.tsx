/** The log as it is written. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { call } from "../client/call.ts";
import { followLog } from "../client/live.ts";
import { useOperation } from "../client/use_operation.ts";
import { t } from "../i18n/translate.ts";
import { Button } from "../ui/button.tsx";
import { SelectField, TextField } from "../ui/fields.tsx";
import { Badge, Card, Page } from "../ui/page.tsx";
import { Empty, errorText, Failure, Loading } from "../ui/state.tsx";
import { toast } from "../ui/toast.tsx";
import { type LogLine, logLineOf } from "./log_line.ts";

const LEVELS = ["error", "warn", "info", "debug"] as const;
const WRITTEN = ["off", ...LEVELS] as const;
/** Older ones go: the whole log is a file. */
const MAX_LINES = 500;

interface Status {
  readonly log: {
    readonly level: string;
    readonly configured: string;
    readonly locked: boolean;
  } | null;
}

export function Logs(): JSX.Element {
  const { data, error, refresh } = useOperation<Status>("status", {}, {
    events: ["settings"],
  });
  const level = data?.log?.level;
  return (
    <Page title={t("screen.logs")}>
      <Card>
        {error && <Failure error={error} retry={refresh} />}
        {!data && !error && <Loading lines={1} />}
        {data?.log && (
          <SelectField
            label={t("logs.written")}
            hint={data.log.locked ? t("logs.locked") : t("logs.written_hint")}
            disabled={data.log.locked}
            value={level ?? "info"}
            options={WRITTEN.map((name) => [name, t(`level.${name}`)])}
            onChange={async (name) => {
              try {
                await call("log.level", { level: name });
              } catch (failure) {
                toast(errorText(failure), "bad");
              }
              await refresh();
            }}
          />
        )}
      </Card>
      {level === "off"
        ? <Empty title={t("logs.off")}>{t("logs.off_text")}</Empty>
        : <Tail />}
    </Page>
  );
}

function Tail() {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [isOpen, setOpen] = useState(false);
  const [isPaused, setPaused] = useState(false);
  const [least, setLeast] = useState<string>("info");
  const [text, setText] = useState("");
  const paused = useRef(isPaused);
  paused.current = isPaused;
  const waiting = useRef<LogLine[]>([]);
  useEffect(() => {
    let number = 0;
    let isOver = false;
    call<{ lines: readonly unknown[] }>("logs.tail").then(({ lines }) => {
      if (isOver) return;
      const known = lines.flatMap((line) => logLineOf(line, --number) ?? []);
      setLines((after) => [...known, ...after].slice(-MAX_LINES));
    }).catch((error) => toast(errorText(error), "bad"));
    let count = 0;
    const end = followLog((data) => {
      const line = logLineOf(data, ++count);
      if (!line) return;
      waiting.current = [...waiting.current, line].slice(-MAX_LINES);
      if (paused.current) return;
      const fresh = waiting.current;
      waiting.current = [];
      setLines((before) => [...before, ...fresh].slice(-MAX_LINES));
    }, setOpen);
    return () => {
      isOver = true;
      end();
    };
  }, []);
  const rank = (level: string) =>
    LEVELS.indexOf(level as (typeof LEVELS)[number]);
  const wanted = text.toLowerCase();
  const shown = lines.filter((line) =>
    rank(line.level) <= rank(least) &&
    line.text.toLowerCase().includes(wanted)
  );
  return (
    <Card
      title={t("logs.tail")}
      actions={
        <>
          <Badge kind={isOpen ? "good" : "warn"}>
            {t(isOpen ? "logs.live" : "logs.waiting")}
          </Badge>
          <Button small onClick={() => setPaused(!isPaused)}>
            {t(isPaused ? "logs.resume" : "logs.pause")}
          </Button>
          <Button small onClick={() => setLines([])}>{t("logs.clear")}</Button>
        </>
      }
    >
      <div class="columns">
        <SelectField
          label={t("logs.level")}
          value={least}
          options={LEVELS.map((name) => [name, t(`level.${name}`)])}
          onChange={setLeast}
        />
        <TextField
          kind="search"
          label={t("logs.search")}
          value={text}
          onChange={setText}
        />
      </div>
      <div
        class="log"
        dir="ltr"
        role="log"
        aria-label={t("logs.tail")}
        tabIndex={0}
      >
        {shown.length === 0 && <Empty title={t("logs.none")} />}
        {shown.map(({ number, level, text, time }) => (
          <p key={number} class={`log-line ${level}`}>
            <time>{time}</time> <span class="log-level">{level}</span> {text}
          </p>
        ))}
      </div>
    </Card>
  );
}
