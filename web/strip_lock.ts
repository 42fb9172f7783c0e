/** Take out of the lock file what names an address; `.npmrc` keeps the others out. Run by `npm run lock`. */

import { readFileSync, writeFileSync } from "node:fs";

const place = new URL("package-lock.json", import.meta.url);
const lock = JSON.parse(readFileSync(place, "utf8")) as { packages: Record<string, { funding?: unknown }> };
for (const entry of Object.values(lock.packages)) delete entry.funding;
writeFileSync(place, `${JSON.stringify(lock, null, 2)}\n`);
