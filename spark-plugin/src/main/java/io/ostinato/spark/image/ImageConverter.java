package io.ostinato.spark.image;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.translate.Pipeline;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.data.TensorKind;
import io.ostinato.spark.plugin.NativeEngine;
import io.ostinato.spark.plugin.OstinatoSettings;
import io.ostinato.weights.HostArray;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/**
 * Converts a column of images to a tensor. The column has encoded images ({@code binary}; the
 * formats that ImageIO reads, such as JPEG, PNG, GIF and BMP), their paths ({@code string}), the
 * images of Spark's source {@code image}, or structs of {@code bytes} and {@code path}.
 *
 * <p>Images are decoded to RGB as Pillow's {@code Image.open(file).convert("RGB")} does: alpha is
 * dropped, and gamma, colour profiles and the orientation in EXIF are ignored; that in TIFF is
 * applied.
 */
public final class ImageConverter implements ColumnConverter {
  private static final long serialVersionUID = 1;

  private final TensorKind tensor;
  private final @Nullable ImageTransforms transforms;
  private final @Nullable PipelineFactory factory;
  private final @Nullable HadoopFiles files;
  private transient @Nullable Work work;

  /** What a task needs to convert images. */
  private record Work(Engine engine, long maxPixels, Optional<Pipeline> pipeline) {}

  private ImageConverter(
      TensorKind tensor,
      @Nullable ImageTransforms transforms,
      @Nullable PipelineFactory factory,
      @Nullable HadoopFiles files) {
    this.tensor = tensor;
    this.transforms = transforms;
    this.factory = factory;
    this.files = files;
  }

  /**
   * Creates a converter with the transforms of a text, such as {@code
   * resize:256,center_crop:224,to_tensor,normalize:imagenet}.
   *
   * @param name name of the tensor in {@code processData}
   * @param shape the shape of one row; can be left out if the transforms determine it
   * @throws IllegalArgumentException if the text is invalid, or its images never have this shape
   */
  public static ImageConverter of(String name, String transforms, long... shape) {
    return of(name, ImageTransforms.of(transforms), shape);
  }

  /**
   * Creates a converter.
   *
   * @param name name of the tensor in {@code processData}
   * @param shape the shape of one row; can be left out if the transforms determine it
   * @throws IllegalArgumentException if images never have this shape
   */
  public static ImageConverter of(String name, ImageTransforms transforms, long... shape) {
    return new ImageConverter(transforms.tensor(name, shape), transforms, null, null);
  }

  /**
   * Creates a converter with DJL's own transforms, whose numbers can differ from those of {@link
   * ImageTransforms}.
   *
   * @param name name of the tensor in {@code processData}
   * @param dataType data type of the arrays that the pipeline returns
   * @param shape their shape
   */
  public static ImageConverter of(
      String name, PipelineFactory factory, DataType dataType, long... shape) {
    return new ImageConverter(TensorKind.of(name, dataType, shape), null, factory, null);
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
        ? new ImageConverter(tensor, transforms, factory, HadoopFiles.of(session))
        : this;
  }

  @Override
  public void convert(Object value, List<ByteBuffer> tensors) throws Exception {
    Work known = work();
    Pixels image =
        ImageValues.read(value, ImageContent.COLORS, Optional.ofNullable(files), known.maxPixels);
    try (NDManager manager = known.engine.newBaseManager(Device.cpu())) {
      NDArray array = transformed(image, manager, known);
      if (!array.getShape().equals(tensor.shape()) || array.getDataType() != tensor.dataType()) {
        throw new IllegalArgumentException(
            "has %s x %s pixels and becomes %s %s; expected %s %s; add resize or center_crop"
                .formatted(
                    image.height(),
                    image.width(),
                    array.getDataType(),
                    array.getShape(),
                    tensor.dataType(),
                    tensor.shape()));
      }
      tensors.get(0).put(HostArray.copyOf(tensor.name(), array).bytes());
    }
  }

  private NDArray transformed(Pixels image, NDManager manager, Work known) {
    if (transforms != null) {
      return transforms.apply(image, manager, known.maxPixels);
    }
    NDList result = known.pipeline.orElseThrow().transform(new NDList(image.array(manager)));
    return result.singletonOrThrow();
  }

  private Work work() {
    Work known = work;
    if (known == null) {
      OstinatoSettings settings = OstinatoSettings.of(SparkEnv.get().conf());
      known =
          new Work(
              NativeEngine.load(settings),
              settings.images().maxPixels(),
              Optional.ofNullable(factory).map(PipelineFactory::pipeline));
      work = known;
    }
    return known;
  }
}
