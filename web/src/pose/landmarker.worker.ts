/** The pose task away from the page's thread; a classic worker, because the runtime calls importScripts. */

import { Landmarker, type Finding, type PoseFiles } from "./landmarker.ts";
import type { Model } from "./model_choice.ts";

export type Order =
  | { readonly do: "open"; readonly files: PoseFiles; readonly model: Model }
  | { readonly do: "change"; readonly model: Model }
  | { readonly do: "find"; readonly picture: ImageBitmap; readonly timeS: number };

/** Every order has one answer, in the order of the orders. */
export type Answer =
  | { readonly is: "ready" }
  | { readonly is: "finding"; readonly finding: Finding }
  | { readonly is: "failed"; readonly reason: string };

interface WorkerScope {
  onmessage: ((event: MessageEvent<Order>) => void) | null;
  postMessage(answer: Answer, transfer: Transferable[]): void;
}

const scope = self as unknown as WorkerScope;
let landmarker: Landmarker | null = null;

scope.onmessage = ({ data: order }) => {
  carryOut(order).catch((error: unknown) => scope.postMessage({ is: "failed", reason: String(error) }, []));
};

async function carryOut(order: Order): Promise<void> {
  if (order.do === "open") {
    landmarker = await Landmarker.open(order.files, order.model);
    scope.postMessage({ is: "ready" }, []);
  } else if (landmarker === null) {
    throw new Error("the model is not open");
  } else if (order.do === "change") {
    await landmarker.change(order.model);
    scope.postMessage({ is: "ready" }, []);
  } else {
    const finding = findIn(landmarker, order.picture, order.timeS);
    scope.postMessage({ is: "finding", finding }, [finding.bytes.buffer]);
  }
}

function findIn(landmarker: Landmarker, picture: ImageBitmap, timeS: number): Finding {
  try {
    return landmarker.find(picture, timeS);
  } finally {
    picture.close();
  }
}
