// Sends requests with autocannon, each connection in an order of its own, and prints its result as JSON.
// Reads {url, connections, duration, requests: [{method, path, headers, body}]} from its input.
import autocannon from "autocannon";
import { readFileSync } from "node:fs";

const { url, connections, duration, requests } = JSON.parse(readFileSync(0, "utf8"));
let first = 0;

function turned() {
  first = (first + 7) % requests.length;
  return [...requests.slice(first), ...requests.slice(0, first)];
}

const result = await autocannon({
  url,
  connections,
  duration,
  requests,
  timeout: 30,
  setupClient: (client) => client.setRequests(turned()),
});
process.stdout.write(JSON.stringify(result));
