package io.ostinato.translation;

import ai.djl.Application;
import ai.djl.repository.Artifact;
import ai.djl.repository.MRL;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelLoader;
import ai.djl.repository.zoo.ModelZoo;
import ai.djl.translate.DefaultTranslatorFactory;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.ClassLoaderUtils;
import ai.djl.util.Utils;
import io.ostinato.model.ModelSource;
import io.ostinato.model.OnnxSource;
import io.ostinato.model.TorchScriptSource;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;

/** A model in DJL's repositories, whose files are on this machine. */
public final class FoundModel {
  private static final String SERVING = "serving.properties";
  private static final String OPTION = "option.";
  private static final String FACTORY = "translatorFactory";

  private final EngineFile file;
  private final ModelFolder folder;
  private final String name;
  private final Map<String, Object> arguments;

  private FoundModel(
      EngineFile file, ModelFolder folder, String name, Map<String, Object> arguments) {
    this.file = file;
    this.folder = folder;
    this.name = name;
    this.arguments = arguments;
  }

  /**
   * Finds the first model that matches, as DJL does, and downloads it if necessary.
   *
   * @throws IllegalArgumentException if there is none, or it has another engine or is a DJL block
   * @throws UncheckedIOException if it can't be read
   */
  public static FoundModel of(Criteria<?, ?> criteria) {
    if (criteria.getBlock() != null) {
      throw new IllegalArgumentException(
          "criteria with a block can't be sent to executors; create the model with"
              + " ModelSource.ofBlock, and the translator with TranslatorSource");
    }
    try {
      for (ModelLoader loader : loaders(criteria)) {
        Artifact artifact = loader.getMrl().match(criteria.getFilters());
        if (artifact != null) {
          return of(loader.getMrl(), artifact, criteria);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the model of %s".formatted(shown(criteria)), e);
    }
    throw new IllegalArgumentException(
        "no model was found for %s; check its URL or path".formatted(shown(criteria)));
  }

  private static List<ModelLoader> loaders(Criteria<?, ?> criteria) {
    Collection<ModelZoo> zoos =
        criteria.getModelZoo() == null ? ModelZoo.listModelZoo() : List.of(criteria.getModelZoo());
    return zoos.stream()
        .filter(zoo -> matches(criteria.getGroupId(), zoo.getGroupId()))
        .flatMap(zoo -> zoo.getModelLoaders().stream())
        .filter(loader -> matches(criteria.getArtifactId(), loader.getArtifactId()))
        .filter(loader -> isOf(criteria.getApplication(), loader.getApplication()))
        .toList();
  }

  private static boolean matches(String wanted, String given) {
    return wanted == null || wanted.equals(given);
  }

  private static boolean isOf(Application wanted, Application given) {
    return wanted == null
        || wanted.equals(Application.UNDEFINED)
        || given.equals(Application.UNDEFINED)
        || wanted.matches(given);
  }

  private static FoundModel of(MRL mrl, Artifact artifact, Criteria<?, ?> criteria)
      throws IOException {
    mrl.prepare(artifact, criteria.getProgress());
    Path path = mrl.getRepository().getResourceDirectory(artifact);
    Path folder = Files.isRegularFile(path) ? path.toAbsolutePath().getParent() : path;
    if (folder == null) {
      throw new IllegalArgumentException("the model '%s' is in no folder".formatted(path));
    }
    Path nested = Utils.getNestedModelDir(folder);
    Map<String, Object> arguments = artifact.getArguments(criteria.getArguments());
    Map<String, String> options = artifact.getOptions(criteria.getOptions());
    addServing(nested, arguments, options);
    String name =
        Optional.ofNullable(criteria.getModelName())
            .or(() -> Optional.ofNullable(options.get("modelName")))
            .orElse(artifact.getName());
    String engine =
        Optional.ofNullable(criteria.getEngine())
            .or(() -> Optional.ofNullable(arguments.get("engine")).map(Object::toString))
            .orElse("");
    if (Files.isRegularFile(path)) {
      EngineFile file = EngineFile.of(path.toAbsolutePath(), engine);
      return new FoundModel(file, ModelFolder.ofFile(nested), name, arguments);
    }
    EngineFile file = EngineFile.in(nested, name, engine);
    return new FoundModel(file, ModelFolder.of(nested), name, arguments);
  }

  /** Adds the properties that DJL reads from a model's folder; given ones have precedence. */
  private static void addServing(
      Path folder, Map<String, Object> arguments, Map<String, String> options) throws IOException {
    Path file = folder.resolve(SERVING);
    if (!Files.isRegularFile(file)) {
      return;
    }
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(file)) {
      properties.load(reader);
    }
    for (String key : properties.stringPropertyNames()) {
      if (key.startsWith(OPTION)) {
        options.putIfAbsent(key.substring(OPTION.length()), properties.getProperty(key));
      } else {
        arguments.putIfAbsent(key, properties.getProperty(key));
      }
    }
  }

  /** A text that is another one after a file of the model has been changed or replaced. */
  public String stamp() {
    StringBuilder stamp = new StringBuilder("%s %s\n".formatted(name, file));
    try {
      append(file.path(), stamp);
      for (Path each : folder.files()) {
        append(each, stamp);
      }
    } catch (IOException e) {
      throw folder.unreadable(e);
    }
    return stamp.toString();
  }

  private static void append(Path file, StringBuilder stamp) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    stamp
        .append("%s %s ".formatted(file, attributes.size()))
        .append("%s %s\n".formatted(attributes.lastModifiedTime(), attributes.fileKey()));
  }

  /**
   * Reads the files of the model.
   *
   * @param criteria those by which it was found
   * @throws IllegalArgumentException if there is no translator between these types
   * @throws UncheckedIOException if they can't be read
   */
  public <I, O> DjlModel<I, O> read(Criteria<I, O> criteria) {
    return new DjlModel<>(source(), weights(), translator(criteria));
  }

  /**
   * The translator of the criteria, or else the one that the model names.
   *
   * @throws IllegalArgumentException if there is none between these types
   */
  public <I, O> TranslatorSource<I, O> translator(Criteria<I, O> criteria) {
    Map<String, String> properties =
        arguments.entrySet().stream()
            .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().toString()));
    return TranslatorSource.of(
            criteria.getInputClass(), criteria.getOutputClass(), factory(criteria))
        .withArguments(new HashMap<>(arguments))
        .withArtifacts(ModelArtifacts.of(name, folder, file.path()).withProperties(properties));
  }

  private ModelSource source() {
    return file.isOnnx() ? ModelSource.onnx() : ModelSource.torchScript();
  }

  private WeightSnapshot weights() {
    return file.isOnnx()
        ? OnnxSource.snapshotOf(file.path())
        : TorchScriptSource.snapshotOf(file.path());
  }

  private TranslatorFactory factory(Criteria<?, ?> criteria) {
    TranslatorFactory given =
        criteria.getTranslatorFactory() == null
            ? named().orElseGet(DefaultTranslatorFactory::new)
            : criteria.getTranslatorFactory();
    Class<?> input = criteria.getInputClass();
    Class<?> output = criteria.getOutputClass();
    TranslatorFactory usual = new DefaultTranslatorFactory();
    return given.isSupported(input, output) || !usual.isSupported(input, output) ? given : usual;
  }

  private Optional<TranslatorFactory> named() {
    Object name = arguments.get(FACTORY);
    if (name == null) {
      return Optional.empty();
    }
    TranslatorFactory factory =
        ClassLoaderUtils.initClass(
            Thread.currentThread().getContextClassLoader(),
            TranslatorFactory.class,
            name.toString());
    if (factory == null) {
      throw new IllegalArgumentException(
          "the translatorFactory '%s' of the model is not on the class path, or has no public"
                  .formatted(name)
              + " constructor without parameters; add its jar with --jars or spark.jars");
    }
    return Optional.of(factory);
  }

  private static String shown(Criteria<?, ?> criteria) {
    return criteria.toString().replaceAll("\\s+", " ").strip();
  }
}
