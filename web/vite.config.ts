import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Files are named after their content; the server finds them by Vite's manifest, the worker by the script that starts it. */
export default defineConfig({
  base: "./",
  publicDir: false,
  resolve: {
    // the package's own table of exports leads nowhere
    alias: { "@mediapipe/tasks-vision": here("node_modules/@mediapipe/tasks-vision/vision_bundle.mjs") },
  },
  build: {
    target: "es2022",
    manifest: true,
    sourcemap: false,
    assetsInlineLimit: 0, // the policy of the server allows no data: in styles and fonts
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      input: {
        coach: here("src/coach/main.ts"),
        pages: here("src/pages/main.ts"),
        worker: here("src/worker/main.ts"),
      },
      output: {
        entryFileNames: "[name]-[hash].js",
        chunkFileNames: "[name]-[hash].js",
        assetFileNames: "[name]-[hash][extname]",
      },
    },
  },
  worker: {
    format: "iife", // the pose runtime calls importScripts, which module workers refuse
    rolldownOptions: { output: { entryFileNames: "[name]-[hash].js" } },
  },
});
