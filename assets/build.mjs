// Turns assets/ into registration/static/build/: content-hashed, minified, compressed beforehand, listed in manifest.json.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import rtlcss from "rtlcss";
import * as sass from "sass";

const OUT = "registration/static/build";
const TARGET = ["chrome100", "firefox100", "safari15"];
const COMPRESSED = /\.(css|js|svg)$/;

async function styles() {
  const { css } = sass.compile("assets/scss/app.scss", { style: "compressed" });
  const { code } = await esbuild.transform(css, { loader: "css", minify: true, target: TARGET });
  return { "app.css": code, "app.rtl.css": rtlcss.process(code) };
}

async function scripts() {
  const { outputFiles } = await esbuild.build({
    entryPoints: ["assets/js/app.js"],
    bundle: true,
    minify: true,
    format: "esm",
    target: TARGET,
    legalComments: "none",
    write: false,
  });
  return { "app.js": outputFiles[0].text };
}

function pictures() {
  return Object.fromEntries(["favicon.svg", "favicon.png"].map((name) => [name, readFileSync(`assets/images/${name}`)]));
}

function write(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const hashed = name.replace(/\.(\w+)$/, `-${hash}.$1`);
  writeFileSync(`${OUT}/${hashed}`, bytes);
  if (COMPRESSED.test(name)) {
    writeFileSync(`${OUT}/${hashed}.gz`, gzipSync(bytes, { level: 9 }));
    const best = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };
    writeFileSync(`${OUT}/${hashed}.br`, brotliCompressSync(bytes, best));
  }
  return [name, hashed];
}

const made = { ...(await styles()), ...(await scripts()), ...pictures() };
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const manifest = Object.fromEntries(Object.entries(made).map(([name, content]) => write(name, content)));
writeFileSync(`${OUT}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);
