package io.ostinato.translation;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.Trainer;
import ai.djl.training.TrainingConfig;
import ai.djl.translate.Translator;
import ai.djl.util.PairList;
import ai.djl.util.Utils;
import java.io.BufferedInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A model as its translator sees it: artifacts and properties, in a folder that exists until this
 * is closed. It can't be run; the resident model is. Not thread-safe.
 */
final class ArtifactModel implements Model {
  private final ModelArtifacts artifacts;
  private final NDManager manager;
  private final Map<String, String> properties;
  private final Map<String, Object> read = new HashMap<>();
  private @Nullable Path folder;

  /**
   * Creates a model.
   *
   * @param manager for the arrays of the translator; its owner closes it
   */
  ArtifactModel(ModelArtifacts artifacts, NDManager manager) {
    this.artifacts = artifacts;
    this.manager = manager;
    this.properties = new HashMap<>(artifacts.properties());
  }

  /**
   * The folder with the artifacts, which the first call writes.
   *
   * @throws UncheckedIOException if they can't be written
   */
  @Override
  public Path getModelPath() {
    Path known = folder;
    if (known == null) {
      try {
        known = Files.createTempDirectory("ostinato-translator");
        folder = known;
        artifacts.writeTo(known);
      } catch (IOException e) {
        throw new UncheckedIOException(
            "can't write a model's artifacts to the folder for temporary files (java.io.tmpdir)",
            e);
      }
    }
    return known;
  }

  @Override
  public String getName() {
    return artifacts.modelName();
  }

  @Override
  public Map<String, String> getProperties() {
    return properties;
  }

  @Override
  public @Nullable String getProperty(String key) {
    return properties.get(key);
  }

  @Override
  public void setProperty(String key, String value) {
    properties.put(key, value);
  }

  @Override
  public NDManager getNDManager() {
    return manager;
  }

  @Override
  public String[] getArtifactNames() {
    return artifacts.names().toArray(String[]::new);
  }

  @Override
  @SuppressWarnings("unchecked") // as DJL's own models do: a name is always read by one function
  public <T> T getArtifact(String name, Function<InputStream, T> function) throws IOException {
    Object known = read.get(name);
    if (known == null) {
      try (InputStream in = getArtifactAsStream(name)) {
        known = function.apply(in);
      }
      read.put(name, known);
    }
    return (T) known;
  }

  @Override
  public URL getArtifact(String name) throws IOException {
    return file(name).toUri().toURL();
  }

  @Override
  public InputStream getArtifactAsStream(String name) throws IOException {
    return new BufferedInputStream(Files.newInputStream(file(name)));
  }

  private Path file(String name) throws FileNotFoundException {
    Path file = getModelPath().resolve(name);
    if (!Files.isRegularFile(file)) {
      throw new FileNotFoundException(
          "the model's folder has no file '%s'; it has: %s"
              .formatted(
                  name,
                  artifacts.names().isEmpty() ? "none" : String.join(", ", artifacts.names())));
    }
    return file;
  }

  @Override
  public DataType getDataType() {
    return DataType.FLOAT32;
  }

  @Override
  public void close() {
    Path written = folder;
    folder = null;
    if (written != null) {
      Utils.deleteQuietly(written);
    }
  }

  private static UnsupportedOperationException unavailable() {
    return new UnsupportedOperationException(
        "a translator has access to the model's artifacts and properties, but not to the model; it"
            + " receives the outputs in processOutput");
  }

  @Override
  public Block getBlock() {
    throw unavailable();
  }

  @Override
  public void setBlock(Block block) {
    throw unavailable();
  }

  @Override
  public void load(Path modelPath, String prefix, Map<String, ?> options) {
    throw unavailable();
  }

  @Override
  public void load(InputStream in, Map<String, ?> options) {
    throw unavailable();
  }

  @Override
  public void save(Path modelPath, String newModelName) {
    throw unavailable();
  }

  @Override
  public Trainer newTrainer(TrainingConfig trainingConfig) {
    throw unavailable();
  }

  @Override
  public <I, O> Predictor<I, O> newPredictor(Translator<I, O> translator, Device device) {
    throw unavailable();
  }

  @Override
  public PairList<String, Shape> describeInput() {
    throw unavailable();
  }

  @Override
  public PairList<String, Shape> describeOutput() {
    throw unavailable();
  }

  @Override
  public void setDataType(DataType dataType) {
    throw unavailable();
  }
}
