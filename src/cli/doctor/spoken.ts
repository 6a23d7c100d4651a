import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Place } from "../connection/target.ts";

/** What somebody at a port seems to speak. */
export type Spoken = "http2" | "tls" | "http1" | "else" | "nothing";

/** The connection preface of HTTP/2, and an empty SETTINGS frame. */
const PREFACE = Buffer.concat([
  Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
const SETTINGS_FRAME = 4;
const TLS_ALERT = 0x15;

/** Listens to how a server answers plain HTTP/2, and a TLS handshake if that tells nothing. */
export async function whatSpeaks(place: Place, timeoutMs: number): Promise<Spoken> {
  const answer = await answerToPreface(place, timeoutMs);
  if (answer && answer.length >= 4 && answer[3] === SETTINGS_FRAME) return "http2";
  if (answer?.[0] === TLS_ALERT) return "tls";
  if (await shakesHands(place, timeoutMs)) return "tls";
  if (answer?.toString("latin1").startsWith("HTTP/1")) return "http1";
  return answer ? "else" : "nothing";
}

function answerToPreface(place: Place, timeoutMs: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ ...place, timeout: timeoutMs }, () => socket.write(PREFACE));
    const settle = (answer?: Buffer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", settle);
    socket.once("timeout", () => settle());
    socket.once("error", () => settle());
    socket.once("close", () => settle());
  });
}

function shakesHands(place: Place, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { ...place, timeout: timeoutMs, rejectUnauthorized: false };
    const socket = connectTls({ ...options, ALPNProtocols: ["h2"] }, () => settle(true));
    const settle = (isTls: boolean) => {
      socket.destroy();
      resolve(isTls);
    };
    socket.once("timeout", () => settle(false));
    socket.once("error", () => settle(false));
    socket.once("close", () => settle(false));
  });
}
