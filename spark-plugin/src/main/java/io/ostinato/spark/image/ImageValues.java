package io.ostinato.spark.image;

import io.ostinato.text.Excerpt;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/**
 * How columns hold images: encoded ({@code binary}, such as {@code content} of Spark's source
 * {@code binaryFile}); as the path of a file ({@code string}); decoded, as Spark's source {@code
 * image} does; or as a struct of {@code bytes} and {@code path}, of which one can be null, as
 * Hugging Face's datasets do.
 */
final class ImageValues {
  private static final String BYTES = "bytes";
  private static final String PATH = "path";
  private static final List<String> DECODED =
      List.of("height", "width", "nChannels", "mode", "data");

  private ImageValues() {}

  /** Why a column of this type holds no images, to follow its name; empty if it can. */
  static Optional<String> mistake(DataType type) {
    boolean isImage =
        type instanceof BinaryType
            || type instanceof StringType
            || type instanceof StructType struct && (isDecoded(struct) || isEncoded(struct));
    return isImage
        ? Optional.empty()
        : Optional.of(
            "is %s; expected encoded images (binary), paths (string), the column of Spark's source"
                    .formatted(Excerpt.of(type.simpleString()))
                + " image, or a struct of bytes and path");
  }

  /** Whether images of this type can be paths of files. */
  static boolean canBePath(DataType type) {
    return type instanceof StringType || type instanceof StructType struct && isEncoded(struct);
  }

  /**
   * Reads the image of a value.
   *
   * @param files empty if no value of the column is a path
   */
  static Pixels read(
      Object value, ImageContent content, Optional<HadoopFiles> files, long maxPixels)
      throws IOException {
    if (value instanceof byte[] bytes) {
      return content.ofFile(bytes, maxPixels);
    }
    if (value instanceof String path) {
      return ofPath(path, content, files.orElseThrow(), maxPixels);
    }
    Row row = (Row) value;
    if (isDecoded(row.schema())) {
      return content.ofSpark(row, maxPixels);
    }
    byte[] bytes = row.getAs(BYTES);
    if (bytes != null) {
      return content.ofFile(bytes, maxPixels);
    }
    String path = hasField(row.schema(), PATH) ? row.getAs(PATH) : null;
    if (path == null) {
      throw new IllegalArgumentException("has neither bytes nor a path");
    }
    return ofPath(path, content, files.orElseThrow(), maxPixels);
  }

  private static Pixels ofPath(String path, ImageContent content, HadoopFiles files, long maxPixels)
      throws IOException {
    try {
      return content.ofFile(files.content(path), maxPixels);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'%s': %s".formatted(Excerpt.of(path), e.getMessage()), e);
    }
  }

  private static boolean isDecoded(StructType type) {
    return DECODED.stream().allMatch(name -> hasField(type, name));
  }

  private static boolean isEncoded(StructType type) {
    return hasField(type, BYTES) && type.apply(BYTES).dataType() instanceof BinaryType;
  }

  private static boolean hasField(StructType type, String name) {
    return Arrays.asList(type.fieldNames()).contains(name);
  }
}
