package io.ostinato.spark.image;

import ai.djl.translate.Transform;
import io.ostinato.describe.Kind;
import io.ostinato.describe.OneOf;
import java.io.Serializable;
import java.util.Objects;

/** A transform of an image and its parameters. */
@OneOf({
  Resize.class,
  CenterCrop.class,
  Grayscale.class,
  ChannelOrder.class,
  ToTensor.class,
  PilToTensor.class,
  Normalize.class
})
interface ImageStep extends Serializable {

  /**
   * What an image becomes.
   *
   * @throws IllegalArgumentException if this step can't be applied to it; says why
   */
  ImageForm after(ImageForm before);

  /** The transform of arrays. */
  Transform transform(ImageForm before);

  /** The name in texts, such as {@code center_crop}. */
  default String name() {
    return Objects.requireNonNull(getClass().getAnnotation(Kind.class)).name();
  }

  /** An error of the order of steps. */
  default IllegalArgumentException misplaced(String where) {
    return new IllegalArgumentException("%s must come %s".formatted(name(), where));
  }
}
