package io.ostinato.jobs.data;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.image.ImageConverter;
import io.ostinato.spark.image.ImageTransforms;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Images as tensors. */
@Kind(
    name = "image",
    value =
        "Images: encoded (`binary`), paths of files (text), those of Spark's source `image`, or"
            + " structs of `bytes` and `path`.")
record ImageConversion(
    @Key(
            value = "Shape of one row after the transforms, such as `[3, 224, 224]`.",
            optional = true,
            otherwise = "the shape that the transforms determine",
            atLeast = 1)
        List<Long> shape,
    @Key(
            value =
                "Transforms, in order, as in docs/images.md, such as `["
                    + ImageTransforms.EXAMPLE
                    + "]`.",
            optional = true,
            otherwise = "`to_tensor`: float32 from 0 to 1, channels first")
        List<String> transform)
    implements Conversion {
  ImageConversion {
    images("x", transform, shape);
  }

  @Override
  public ColumnConverter converter(String name, Configuration files) {
    return images(name, transform, shape);
  }

  private static ImageConverter images(String name, List<String> transform, List<Long> shape) {
    return ImageConverter.of(
        name, ImageTransforms.of(transform), shape.stream().mapToLong(Long::longValue).toArray());
  }
}
