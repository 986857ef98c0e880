package io.ostinato.spark.image;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.translate.Transform;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.image.ImageForm.Layout;

/** Converts to a tensor as torchvision's {@code ToTensor} does. */
@Kind(name = "to_tensor", value = "Converts to float32, from 0 to 1 and channels first.")
record ToTensor(
    @Key(
            value = "The number that samples, from 0 to 255, are divided by; 1 keeps them.",
            byDefault = "255",
            above = 0)
        double scale,
    @Key(
            value = "The order of dimensions: channels, height and width as `chw` or `hwc`.",
            byDefault = "chw")
        Layout layout)
    implements ImageStep {

  @Override
  public ImageForm after(ImageForm before) {
    if (!before.isPixels()) {
      throw misplaced("only once");
    }
    return before.tensor(layout, DataType.FLOAT32);
  }

  @Override
  public Transform transform(ImageForm before) {
    return this::floats;
  }

  private NDArray floats(NDArray image) {
    NDArray floats = image.toType(DataType.FLOAT32, true);
    NDArray scaled = scale == 1 ? floats : floats.div(scale);
    return layout == Layout.CHW ? scaled.transpose(2, 0, 1) : scaled;
  }
}
