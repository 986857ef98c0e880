package io.ostinato.spark.image;

import ai.djl.translate.Transform;

/** A step on pixels of 8 bits. */
interface PixelStep extends ImageStep {

  Pixels apply(Pixels image);

  /** What an image becomes that has not become a tensor yet. */
  ImageForm afterPixels(ImageForm before);

  @Override
  default ImageForm after(ImageForm before) {
    if (!before.isPixels()) {
      throw misplaced("before to_tensor and pil_to_tensor");
    }
    return afterPixels(before);
  }

  /** On arrays uint8 {@code (height, width, channels)}, such as those of DJL's images. */
  @Override
  default Transform transform(ImageForm before) {
    return array -> apply(Pixels.of(array)).array(array.getManager());
  }
}
