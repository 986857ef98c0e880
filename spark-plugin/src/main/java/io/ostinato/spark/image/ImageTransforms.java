package io.ostinato.spark.image;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.translate.Pipeline;
import io.ostinato.describe.Kinds;
import io.ostinato.spark.data.TensorKind;
import io.ostinato.text.Excerpt;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Transforms of an image, in order, such as {@code
 * resize:256,center_crop:224,to_tensor,normalize:imagenet}. They have the numbers of torchvision's
 * transforms on images of Pillow. Immutable.
 */
public final class ImageTransforms implements Serializable {
  private static final long serialVersionUID = 1;

  /** The transforms if none are given. */
  public static final String DEFAULT = "to_tensor";

  /** What texts look like, for option help and tables of keys. */
  public static final String EXAMPLE = "resize:256,center_crop:224,to_tensor,normalize:imagenet";

  private final String text;
  private final List<ImageStep> steps;

  private ImageTransforms(String text, List<ImageStep> steps) {
    this.text = text;
    this.steps = List.copyOf(steps);
  }

  /**
   * Parses transforms, in order; the default if there are none.
   *
   * @throws IllegalArgumentException if one is invalid, or they don't fit together
   */
  public static ImageTransforms of(List<String> texts) {
    return of(texts.isEmpty() ? DEFAULT : String.join(",", texts));
  }

  /**
   * Parses transforms. A name is followed by the values of its keys: {@code resize:256:bicubic} or
   * {@code resize:size=256,interpolation=bicubic}.
   *
   * @throws IllegalArgumentException if the text is invalid, or a transform can't follow those
   *     before it; says why
   */
  public static ImageTransforms of(String text) {
    try {
      ImageTransforms transforms = new ImageTransforms(text, StepText.steps(text));
      transforms.form();
      return transforms;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "image transforms '%s': %s".formatted(Excerpt.of(text), e.getMessage()), e);
    }
  }

  /** The kinds of transforms and their keys. */
  public static Kinds kinds() {
    return StepText.KINDS;
  }

  /**
   * The same transforms for DJL: of arrays uint8 {@code (height, width, 3)} in RGB, such as those
   * of {@code Image.toNDArray}.
   */
  public Pipeline pipeline() {
    Pipeline pipeline = new Pipeline();
    ImageForm form = ImageForm.decoded();
    for (ImageStep step : steps) {
      pipeline.add(step.transform(form));
      form = step.after(form);
    }
    return pipeline;
  }

  /**
   * The transforms of masks, whose pixels are classes: the same resizing, but to the nearest pixel,
   * and the same crops.
   */
  ImageTransforms ofMasks() {
    List<ImageStep> geometry = new ArrayList<>();
    for (ImageStep step : steps) {
      if (step instanceof Resize resize) {
        geometry.add(new Resize(resize.size(), Interpolation.NEAREST));
      } else if (step instanceof CenterCrop) {
        geometry.add(step);
      }
    }
    return new ImageTransforms(text, geometry);
  }

  /** What images become; their size is unknown if it depends on the image. */
  ImageForm form() {
    return form(ImageForm.decoded(), Long.MAX_VALUE);
  }

  /**
   * The tensor that images become.
   *
   * @param shape the shape of one row; empty for the one that the transforms determine
   * @throws IllegalArgumentException if they don't determine it, or images never have this shape
   */
  TensorKind tensor(String name, long... shape) {
    ImageForm form = form();
    List<Long> given = LongStream.of(shape).boxed().toList();
    if (given.isEmpty() && !form.hasKnownSize()) {
      throw new IllegalArgumentException(
          "the size of images after '%s' depends on the image; add center_crop:224 or resize:224x224,"
                  .formatted(text)
              + " or specify the shape");
    }
    if (!given.isEmpty() && !form.canBe(given)) {
      throw new IllegalArgumentException(
          "the image transforms '%s' return %s, which can't have the shape %s"
              .formatted(text, form, given));
    }
    return new TensorKind(name, form.type(), given.isEmpty() ? form.dimensions() : given);
  }

  /**
   * Transforms an image.
   *
   * @param manager the owner of the result
   * @throws IllegalArgumentException if the image would exceed this number of pixels
   */
  NDArray apply(Pixels image, NDManager manager, long maxPixels) {
    NDArray array = applyToPixels(image, maxPixels).array(manager);
    ImageForm form = ImageForm.decoded();
    for (ImageStep step : steps) {
      array = step instanceof PixelStep ? array : step.transform(form).transform(array);
      form = step.after(form);
    }
    return array;
  }

  /**
   * Applies the transforms of pixels, which come before all others.
   *
   * @throws IllegalArgumentException if the image would exceed this number of pixels
   */
  Pixels applyToPixels(Pixels image, long maxPixels) {
    form(ImageForm.decoded(image.height(), image.width()), maxPixels);
    Pixels pixels = image;
    for (ImageStep step : steps) {
      pixels = step instanceof PixelStep ofPixels ? ofPixels.apply(pixels) : pixels;
    }
    return pixels;
  }

  private ImageForm form(ImageForm first, long maxPixels) {
    ImageForm form = first;
    for (ImageStep step : steps) {
      form = step.after(form);
      if (form.pixels() > maxPixels) {
        throw new IllegalArgumentException(
            "has %s x %s pixels, which %s would make %s x %s: %s"
                .formatted(
                    first.height(),
                    first.width(),
                    step.name(),
                    form.height(),
                    form.width(),
                    PixelLimit.exceeded(maxPixels)));
      }
    }
    return form;
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
