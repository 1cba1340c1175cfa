/** Reads the way in from a camera or a picture. @module */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { t } from "../i18n/translate.ts";
import { Dialog } from "../ui/dialog.tsx";
import { readPicture } from "./read_qr.ts";

const LOOK_MS = 250;

interface QrLoginProps {
  /** What is to be held before the camera. */
  readonly text?: string;
  readonly onText: (text: string) => void;
  readonly onClose: () => void;
}

export function QrLogin(
  { text: asks, onText, onClose }: QrLoginProps,
): JSX.Element {
  const video = useRef<HTMLVideoElement>(null);
  const [problem, setProblem] = useState<string>();
  const [hasCamera, setHasCamera] = useState(false);
  /** Of the pictures that were chosen; what is read after the end is not wanted. */
  const lastChosen = useRef(0);
  useEffect(() => () => void (lastChosen.current = Infinity), []);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isOver = false;
    const look = async () => {
      const shown = video.current;
      if (isOver || !shown) return;
      const text = shown.videoWidth > 0
        ? await readPicture(shown, shown.videoWidth, shown.videoHeight)
        : undefined;
      if (isOver) return;
      if (text) onText(text);
      else timer = setTimeout(look, LOOK_MS);
    };
    // a page without TLS is given no cameras
    navigator.mediaDevices?.getUserMedia({
      video: { facingMode: "environment" },
    }).then((found) => {
      stream = found;
      if (isOver || !video.current) return stop();
      setHasCamera(true);
      video.current.srcObject = found;
      void video.current.play();
      void look();
    }).catch(() => setHasCamera(false));
    const stop = () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    return () => {
      isOver = true;
      clearTimeout(timer);
      stop();
    };
  }, []);
  return (
    <Dialog title={t("login.scan")} onClose={onClose}>
      <p>{asks ?? t("login.scan_text")}</p>
      <video
        ref={video}
        class="camera"
        hidden={!hasCamera}
        muted
        playsInline
        aria-label={t("login.camera")}
      />
      <div class="field">
        <label for="qr-picture">{t("login.picture")}</label>
        <input
          id="qr-picture"
          type="file"
          accept="image/*"
          onChange={async ({ currentTarget }) => {
            const file = currentTarget.files?.[0];
            if (!file) return;
            const chosen = ++lastChosen.current;
            const isWanted = () => chosen === lastChosen.current;
            try {
              const picture = await createImageBitmap(file);
              const text = await readPicture(
                picture,
                picture.width,
                picture.height,
              );
              if (!isWanted()) return;
              if (text) onText(text);
              else setProblem(t("login.no_code"));
            } catch {
              if (isWanted()) setProblem(t("login.no_picture"));
            }
          }}
        />
      </div>
      {problem && <p class="problem" role="alert">{problem}</p>}
    </Dialog>
  );
}
