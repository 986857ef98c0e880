package io.ostinato.spark.image;

import ai.djl.ndarray.types.DataType;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.data.TensorKind;
import io.ostinato.spark.plugin.OstinatoSettings;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Converts a column of masks, images whose pixels are classes, to a tensor int64 {@code (height,
 * width)}: the targets of a segmentation. The column is as for {@link ImageConverter}. A pixel's
 * class is its index in the palette of the image, or its level of gray, from 0 to 255.
 */
public final class MaskConverter implements ColumnConverter {
  private static final long serialVersionUID = 1;

  private final TensorKind tensor;
  private final ImageTransforms transforms;
  private final @Nullable HadoopFiles files;
  private transient long maxPixels;

  private MaskConverter(
      TensorKind tensor, ImageTransforms transforms, @Nullable HadoopFiles files) {
    this.tensor = tensor;
    this.transforms = transforms;
    this.files = files;
  }

  /**
   * Creates a converter for the masks of images. Of the transforms of these, it applies {@code
   * resize}, to the nearest pixel, and {@code center_crop}, whose padding is class 0.
   *
   * @param name name of the tensor in {@code processData}
   * @param transforms the transforms of the images
   * @param shape height and width; can be left out if the transforms determine them
   * @throws IllegalArgumentException if masks never have this shape
   */
  public static MaskConverter of(String name, ImageTransforms transforms, long... shape) {
    ImageTransforms ofMasks = transforms.ofMasks();
    ImageForm form = ofMasks.form();
    if (shape.length > 0 && (shape.length != 2 || !form.canBe(List.of(shape[0], shape[1], 3L)))) {
      throw new IllegalArgumentException(
          "masks after '%s' are int64 (%s); they can't have the shape %s"
              .formatted(transforms, form.sizeInWords(), Arrays.toString(shape)));
    }
    List<Long> size =
        shape.length == 0 ? ofMasks.tensor(name).dimensions() : List.of(shape[0], shape[1]);
    return new MaskConverter(
        TensorKind.of(name, DataType.INT64, size.get(0), size.get(1)), ofMasks, null);
  }

  @Override
  public List<TensorKind> tensors() {
    return List.of(tensor);
  }

  @Override
  public Optional<String> mistake(org.apache.spark.sql.types.DataType type) {
    return ImageValues.mistake(type);
  }

  @Override
  public ColumnConverter forColumn(SparkSession session, org.apache.spark.sql.types.DataType type) {
    return ImageValues.canBePath(type)
        ? new MaskConverter(tensor, transforms, HadoopFiles.of(session))
        : this;
  }

  @Override
  public void convert(Object value, List<ByteBuffer> tensors) throws Exception {
    if (maxPixels == 0) {
      maxPixels = OstinatoSettings.of(SparkEnv.get().conf()).images().maxPixels();
    }
    Pixels image =
        ImageValues.read(value, ImageContent.CLASSES, Optional.ofNullable(files), maxPixels);
    Pixels mask = transforms.applyToPixels(image, maxPixels);
    if (!tensor.dimensions().equals(List.of((long) mask.height(), (long) mask.width()))) {
      throw new IllegalArgumentException(
          "becomes a mask of %s x %s pixels; expected %s; add resize or center_crop"
              .formatted(mask.height(), mask.width(), tensor.shape()));
    }
    for (byte pixel : mask.samples()) {
      tensors.get(0).putLong(pixel & 0xff);
    }
  }
}
