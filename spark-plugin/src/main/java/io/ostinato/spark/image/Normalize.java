package io.ostinato.spark.image;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.translate.Transform;
import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.image.ImageForm.Colors;
import io.ostinato.spark.image.ImageForm.Layout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Normalises as torchvision's {@code Normalize} does: {@code (x - mean) / std}, in float32. */
@Kind(
    name = "normalize",
    value = "Subtracts the mean of each channel and divides by its standard deviation.")
record Normalize(
    @Key(
            value =
                "Known means and standard deviations, of each colour in whatever order: those of"
                    + " ImageNet, those of OpenAI's CLIP, or 0.5 for both.",
            optional = true,
            otherwise = "those of `mean` and `std`")
        @Nullable Statistics statistics,
    @Key(
            value = "Mean of each channel, in their order, or of all, such as `[0.5,0.4,0.3]`.",
            optional = true)
        List<Double> mean,
    @Key(value = "Standard deviation of each channel, in their order, or of all.", optional = true)
        List<Double> std)
    implements ImageStep {

  /** Means and standard deviations of red, green and blue. */
  enum Statistics {
    IMAGENET(List.of(0.485, 0.456, 0.406), List.of(0.229, 0.224, 0.225)),
    CLIP(List.of(0.48145466, 0.4578275, 0.40821073), List.of(0.26862954, 0.26130258, 0.27577711)),
    HALF(List.of(0.5), List.of(0.5));

    private final List<Double> mean;
    private final List<Double> std;

    Statistics(List<Double> mean, List<Double> std) {
      this.mean = mean;
      this.std = std;
    }
  }

  Normalize {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    boolean isComplete = statistics == null ? !mean.isEmpty() && !std.isEmpty() : true;
    if (!isComplete || statistics != null && !(mean.isEmpty() && std.isEmpty())) {
      throw new IllegalArgumentException(
          "normalize needs either statistics, such as normalize:imagenet, or both mean and std,"
              + " such as normalize:mean=[0.5,0.4,0.3],std=[0.2,0.2,0.2]");
    }
    if (std.stream().anyMatch(one -> !(one > 0))) {
      throw new IllegalArgumentException("'std' of normalize must be above 0; given: " + std);
    }
  }

  @Override
  public ImageForm after(ImageForm before) {
    if (before.type() != DataType.FLOAT32) {
      throw misplaced("after to_tensor");
    }
    ofChannels(meanOf(before), before);
    ofChannels(stdOf(before), before);
    return before;
  }

  @Override
  public Transform transform(ImageForm before) {
    float[] means = ofChannels(meanOf(before), before);
    float[] deviations = ofChannels(stdOf(before), before);
    Shape shape =
        before.layout() == Layout.CHW ? new Shape(means.length, 1, 1) : new Shape(means.length);
    return image -> {
      NDManager manager = image.getManager();
      NDArray centered = image.sub(manager.create(means, shape));
      return centered.div(manager.create(deviations, shape));
    };
  }

  private List<Double> meanOf(ImageForm form) {
    return statistics == null ? mean : ordered(statistics.mean, form);
  }

  private List<Double> stdOf(ImageForm form) {
    return statistics == null ? std : ordered(statistics.std, form);
  }

  private static List<Double> ordered(List<Double> ofRgb, ImageForm form) {
    List<Double> ordered = new ArrayList<>(ofRgb);
    if (form.colors() == Colors.BGR) {
      Collections.reverse(ordered);
    }
    return ordered;
  }

  private static float[] ofChannels(List<Double> values, ImageForm form) {
    if (values.size() != 1 && values.size() != form.channels()) {
      throw new IllegalArgumentException(
          "normalize has %s values for an image with %s; give one for each"
              .formatted(
                  values.size(),
                  form.channels() == 1 ? "1 channel" : form.channels() + " channels"));
    }
    float[] all = new float[form.channels()];
    for (int c = 0; c < all.length; c++) {
      all[c] = values.get(values.size() == 1 ? 0 : c).floatValue();
    }
    return all;
  }
}
