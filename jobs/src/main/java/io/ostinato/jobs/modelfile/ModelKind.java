package io.ostinato.jobs.modelfile;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** The kind of a model file, by its extension. */
enum ModelKind {
  TORCH_SCRIPT(".pt", ".pth", ".ts", ".torchscript"),
  ONNX(".onnx"),
  WEIGHTS(".safetensors"),

  /** Extensions of several formats, which only the content tells apart; may be a module. */
  OPEN(
      ".ckpt", ".bin", ".pt2", ".h5", ".hdf5", ".keras", ".tflite", ".pkl", ".pickle", ".joblib",
      ".npz", ".npy", ".pb", ".tar", ".tgz", ".gz");

  /** A name such as {@code checkpoint-500}. */
  private static final Pattern WITHOUT_ENDING = Pattern.compile("(?:.*/)?[^./]*(?:[._-]\\d+)*");

  private final List<String> ends;

  ModelKind(String... ends) {
    this.ends = List.of(ends);
  }

  static Optional<ModelKind> of(String file) {
    String name = file.toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(kind -> kind.ends.stream().anyMatch(name::endsWith))
        .findFirst()
        .or(() -> WITHOUT_ENDING.matcher(name).matches() ? Optional.of(OPEN) : Optional.empty());
  }

  @Override
  public String toString() {
    return String.join(", ", ends);
  }
}
