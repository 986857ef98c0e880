package io.ostinato.spark.image;

import ai.djl.ndarray.types.DataType;
import ai.djl.translate.Transform;
import io.ostinato.describe.Kind;
import io.ostinato.spark.image.ImageForm.Layout;

/** Moves the channels to the front, as torchvision's {@code PILToTensor} does. */
@Kind(name = "pil_to_tensor", value = "Keeps uint8, from 0 to 255, but moves the channels first.")
record PilToTensor() implements ImageStep {

  @Override
  public ImageForm after(ImageForm before) {
    if (!before.isPixels()) {
      throw misplaced("before to_tensor, and only once");
    }
    return before.tensor(Layout.CHW, DataType.UINT8);
  }

  @Override
  public Transform transform(ImageForm before) {
    return image -> image.transpose(2, 0, 1);
  }
}
