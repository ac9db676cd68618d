// A Probot that does what our receiver does for a delivery: check the signature, drop repeats, store, then answer.
// Arguments: port, Valkey's socket, webhook secret. Prints "ready" when it listens.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { createNodeMiddleware, createProbot } from "probot";
import Redis from "ioredis";

const [port, socket, secret] = process.argv.slice(2);
const redis = new Redis({ path: socket });
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs1", format: "pem" },
});
const probot = createProbot({ overrides: { appId: 1, privateKey, secret, logLevel: "fatal" } });

const app = (robot) => {
  robot.onAny(async ({ id, name, payload }) => {
    const isNew = await redis.set(`d:${id}`, "1", "EX", 259200, "NX");
    if (isNew) await redis.lpush("inbox", JSON.stringify({ id, name, payload }));
  });
};

const middleware = await createNodeMiddleware(app, { probot, webhooksPath: "/webhooks/github" });
createServer(async (request, response) => {
  if (await middleware(request, response)) return;
  response.writeHead(404).end();
}).listen(Number(port), "127.0.0.1", () => console.log("ready"));
