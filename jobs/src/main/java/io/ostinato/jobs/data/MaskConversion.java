package io.ostinato.jobs.data;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.image.ImageTransforms;
import io.ostinato.spark.image.MaskConverter;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Masks of images as tensors. */
@Kind(
    name = "mask",
    value =
        "Images whose pixels are classes, as indices of a palette or levels of gray: int64 (height,"
            + " width).")
record MaskConversion(
    @Key(
            value = "Height and width after the transforms, such as `[224, 224]`.",
            optional = true,
            otherwise = "those that the transforms determine",
            atLeast = 1)
        List<Long> shape,
    @Key(
            value =
                "The transforms of the images, of which `resize`, to the nearest pixel, and"
                    + " `center_crop` are applied.",
            optional = true)
        List<String> transform)
    implements Conversion {
  MaskConversion {
    masks("x", transform, shape);
  }

  @Override
  public ColumnConverter converter(String name, Configuration files) {
    return masks(name, transform, shape);
  }

  private static MaskConverter masks(String name, List<String> transform, List<Long> shape) {
    return MaskConverter.of(
        name, ImageTransforms.of(transform), shape.stream().mapToLong(Long::longValue).toArray());
  }
}
