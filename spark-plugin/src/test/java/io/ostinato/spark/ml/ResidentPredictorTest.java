package io.ostinato.spark.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.modality.Classifications;
import ai.djl.modality.cv.Image;
import ai.djl.modality.cv.ImageFactory;
import ai.djl.modality.cv.translator.ImageClassificationTranslatorFactory;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ZooModel;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import ai.djl.util.Utils;
import io.ostinato.model.TorchModules;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.resident.ProcessRegistry;
import io.ostinato.spark.resident.ResidentModels;
import io.ostinato.spark.storage.TestStore;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.SQLTransformer;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.feature.VectorAssembler;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResidentPredictorTest {
  private static final int BATCH = 6;

  @TempDir static Path folder;
  private static SparkSession spark;
  private static Path model;

  @BeforeAll
  static void start() throws IOException {
    spark = TestSpark.local(Map.of());
    model = modelFolder(folder.resolve("net"));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** A folder as DJL expects it: the module is named like the folder. */
  static Path modelFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.write(
        folder.resolve(folder.getFileName() + ".pt"),
        TorchModules.content("/torchscript/usual.pt"));
    Files.writeString(folder.resolve("synset.txt"), "cat\ndog\nfish\n");
    return folder;
  }

  /** The rows of the probe in partitions: id, x of four floats, and the same as text. */
  static Dataset<Row> rows(SparkSession spark, int partitions) {
    float[] probe = TorchModules.probe();
    List<Row> rows =
        IntStream.range(0, TorchModules.ROWS)
            .mapToObj(
                row -> {
                  Float[] x = new Float[4];
                  Arrays.setAll(x, i -> probe[row * 4 + i]);
                  return RowFactory.create(
                      (long) row, x, String.join(",", Stream.of(x).map(Object::toString).toList()));
                })
            .toList();
    return spark
        .createDataFrame(
            rows,
            new StructType()
                .add("id", DataTypes.LongType)
                .add("x", DataTypes.createArrayType(DataTypes.FloatType))
                .add("text", DataTypes.StringType))
        .repartitionByRange(partitions, org.apache.spark.sql.functions.col("id"))
        .sortWithinPartitions("id");
  }

  private static ResidentPredictor predictor() {
    return new ResidentPredictor()
        .setInputCol("x")
        .setOutputCol("classes")
        .setModelUrl(model.toUri().toString())
        .setEngine("PyTorch")
        .setBatchSize(BATCH)
        .setInputClass(float[].class)
        .setOutputClass(Classifications.class)
        .setTranslatorFactory(new ClassesFactory());
  }

  private static <I> LoadingPredictor<I, Classifications> loading(Class<I> input, String column) {
    return new LoadingPredictor<>(
        new LoadingPredictor.Config<>(
            model.toUri().toString(),
            input,
            Classifications.class,
            new ClassesFactory(),
            column,
            "classes",
            BATCH));
  }

  private static List<String> json(Dataset<Row> rows) {
    return rows.orderBy("id").toJSON().collectAsList();
  }

  @Test
  void itsOutputsAreThoseOfAStageThatLoadsTheModelInEachTask() {
    Dataset<Row> rows = rows(spark, 3);

    List<String> ours = json(predictor().transform(rows));

    assertThat(ours)
        .hasSize(TorchModules.ROWS)
        .isEqualTo(json(loading(float[].class, "x").transform(rows)));
    assertThat(ours.get(0)).contains("\"class_names\":[\"cat\",\"dog\",\"fish\"]", "top_k");
  }

  @Test
  void textsAreInputsToo() {
    Dataset<Row> rows = rows(spark, 2);
    ResidentPredictor ofText = predictor().setInputCol("text").setInputClass(String.class);

    assertThat(json(ofText.transform(rows)))
        .isEqualTo(json(loading(String.class, "text").transform(rows)));
  }

  @Test
  void itIsAStageOfAPipelineThatIsSavedAndLoaded() throws IOException {
    Dataset<Row> rows = rows(spark, 2);
    PipelineModel pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new SQLTransformer()
                      .setStatement("SELECT id, x[0] a, x[1] b, x[2] c, x[3] d FROM __THIS__"),
                  new VectorAssembler()
                      .setInputCols(new String[] {"a", "b", "c", "d"})
                      .setOutputCol("x"),
                  predictor().setTopK(2)
                })
            .fit(rows);
    List<String> before = json(pipeline.transform(rows));
    String saved = folder.resolve("pipeline").toUri().toString();
    pipeline.write().save(saved);

    PipelineModel loaded = PipelineModel.load(saved);

    assertThat(json(loaded.transform(rows))).isEqualTo(before);
    assertThat(before.get(0)).containsPattern("top_k\":\\[[^]]*dog|top_k\":\\[");
    ResidentPredictor stage = (ResidentPredictor) loaded.stages()[2];
    assertThat(stage.extractParamMap().toString())
        .isEqualTo(((ResidentPredictor) pipeline.stages()[2]).extractParamMap().toString());
    Transformer copy =
        stage.copy(new org.apache.spark.ml.param.ParamMap().put(stage.outputCol(), "other"));
    assertThat(
            copy.transformSchema(
                    new StructType().add("x", DataTypes.createArrayType(DataTypes.FloatType)))
                .fieldNames())
        .containsExactly("x", "other");
  }

  @Test
  void aSavedStageIsLoadedByItself() throws IOException {
    String saved = folder.resolve("stage").toUri().toString();
    ResidentPredictor stage = predictor().setArgument("topK", "1");
    stage.write().overwrite().save(saved);

    ResidentPredictor loaded = ResidentPredictor.load(saved);

    assertThat(loaded.uid()).isEqualTo(stage.uid());
    assertThat(json(loaded.transform(rows(spark, 1))))
        .isEqualTo(json(stage.transform(rows(spark, 1))));
  }

  @Test
  void theModelIsLoadedOnceForAllTasksAndStages() throws InterruptedException {
    ProcessRegistry.ofThisProcess().closeAll();
    ResidentPredictor stage = predictor();
    stage.transform(rows(spark, 8)).count();
    predictor().setBatchSize(3).transform(rows(spark, 8)).collectAsList();
    SentModel sent = SentModel.of(stage, spark, null);

    try (ResidentModels.Lease lease =
        ProcessRegistry.ofThisProcess()
            .models()
            .lease(
                sent.id(),
                io.ostinato.spark.resident.TaskDevice.CPU,
                new ResidentModels.Wanted(
                    sent.weights().manifest(),
                    new io.ostinato.spark.resident.InFlight(0, new java.util.TreeSet<>()),
                    () -> sent.weights()),
                new ResidentModels.Limits(1, 1))) {
      assertThat(lease.builds()).isEqualTo(1);
      assertThat(lease.refreshes()).isEqualTo(1);
    }
  }

  @Test
  void eachTaskHasATranslatorOfItsOwnThatIsPreparedOnceAndClosed() {
    ClassesFactory.PREPARED.clear();
    ClassesFactory.MANAGERS.clear();

    predictor().transform(rows(spark, 4)).collectAsList();

    assertThat(ClassesFactory.PREPARED).hasSize(4);
    assertThat(ClassesFactory.MANAGERS).hasSize(4).noneMatch(NDManager::isOpen);
  }

  @Test
  void aPartitionReleasesItsModelAndTranslatorBeforeTheNextOneOfItsTask() {
    ClassesFactory.MANAGERS.clear();
    ClassesFactory.MOST_OPEN.set(0);

    List<Row> all = predictor().transform(rows(spark, 8)).coalesce(1).collectAsList();

    assertThat(all).hasSize(TorchModules.ROWS);
    assertThat(ClassesFactory.MANAGERS).hasSize(8).noneMatch(NDManager::isOpen);
    assertThat(ClassesFactory.MOST_OPEN).hasValue(1);
  }

  @Test
  void aTaskThatLeavesRowsUnreadReleasesItsTranslator() {
    ClassesFactory.MANAGERS.clear();

    assertThat(predictor().setBatchSize(2).transform(rows(spark, 1)).takeAsList(1)).hasSize(1);

    assertThat(ClassesFactory.MANAGERS).hasSize(1).noneMatch(NDManager::isOpen);
  }

  @Test
  void columnsKeepTheirMetadataForLaterStages() {
    Dataset<Row> rows = rows(spark, 2).selectExpr("id as `row.id`", "x", "text");
    Dataset<Row> indexed =
        new StringIndexer().setInputCol("text").setOutputCol("index").fit(rows).transform(rows);

    Dataset<Row> predicted = predictor().transform(indexed);

    assertThat(predicted.schema()).isEqualTo(predictor().transformSchema(indexed.schema()));
    assertThat(predicted.schema().apply("index").metadata())
        .isEqualTo(indexed.schema().apply("index").metadata());
    assertThat(
            new IndexToString()
                .setInputCol("index")
                .setOutputCol("back")
                .transform(predicted)
                .where("back = text")
                .count())
        .isEqualTo(TorchModules.ROWS);
  }

  /** Texts of whole rows. */
  public static final class RowsFactory implements TranslatorFactory {
    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
      return Set.of(new Pair<>(Row.class, float[].class));
    }

    @Override
    @SuppressWarnings("unchecked")
    public <I, O> Translator<I, O> newInstance(
        Class<I> input, Class<O> output, Model loaded, Map<String, ?> arguments) {
      return (Translator<I, O>)
          new Translator<Row, float[]>() {
            @Override
            public NDList processInput(TranslatorContext context, Row row) {
              List<Float> x = row.getList(row.fieldIndex("x"));
              return new NDList(context.getNDManager().create(Utils.toFloatArray(x)));
            }

            @Override
            public float[] processOutput(TranslatorContext context, NDList list) {
              return list.singletonOrThrow().toFloatArray();
            }
          };
    }
  }

  /** Pictures of 5 by 5 pixels, read by Spark's source of images, for DJL's own translator. */
  @Test
  void imagesOfSparksSourceAreClassified() throws Exception {
    Path classifier = Files.createDirectories(folder.resolve("pictures"));
    Files.write(
        classifier.resolve("pictures.pt"), TorchModules.content("/torchscript/batchnorm-a.pt"));
    Files.writeString(classifier.resolve("synset.txt"), "cat\ndog\nfish\n");
    Map<String, String> arguments =
        Map.of("flag", "GRAYSCALE", "width", "5", "height", "5", "applySoftmax", "true");
    Path pngs = Files.createDirectories(folder.resolve("pngs"));
    Random random = new Random(1);
    for (int i = 0; i < 7; i++) {
      BufferedImage picture = new BufferedImage(5, 5, BufferedImage.TYPE_INT_RGB);
      for (int pixel = 0; pixel < 25; pixel++) {
        picture.setRGB(pixel % 5, pixel / 5, random.nextInt(1 << 24));
      }
      ImageIO.write(picture, "png", pngs.resolve(i + ".png").toFile());
    }
    ResidentPredictor stage =
        new ResidentPredictor()
            .setInputCol("image")
            .setOutputCol("classes")
            .setModelUrl(classifier.toString())
            .setInputClass(Image.class)
            .setOutputClass(Classifications.class)
            .setTranslatorFactory(new ImageClassificationTranslatorFactory());
    arguments.forEach(stage::setArgument);

    List<Row> rows =
        stage
            .transform(spark.read().format("image").load(pngs.toString()))
            .selectExpr("image.origin", "classes.probabilities")
            .collectAsList();

    assertThat(rows).hasSize(7);
    try (ZooModel<Image, Classifications> loaded =
            Criteria.builder()
                .setTypes(Image.class, Classifications.class)
                .optModelPath(classifier)
                .optTranslatorFactory(new ImageClassificationTranslatorFactory())
                .optArguments(Map.copyOf(arguments))
                .build()
                .loadModel();
        Predictor<Image, Classifications> predictor = loaded.newPredictor()) {
      for (Row row : rows) {
        Image image = ImageFactory.getInstance().fromUrl(row.getString(0));
        List<Double> expected = predictor.predict(image).getProbabilities();
        List<Double> given = row.getList(1);
        for (int i = 0; i < 3; i++) {
          assertThat(given.get(i)).isCloseTo(expected.get(i), within(1e-6));
        }
      }
    }
  }

  @Test
  void aTranslatorOfRowsGetsTheWholeRow() {
    ResidentPredictor ofRows =
        new ResidentPredictor()
            .setOutputCol("scores")
            .setModelUrl(model.toString())
            .setInputClass(Row.class)
            .setOutputClass(float[].class)
            .setTranslatorFactory(new RowsFactory())
            .setBatchSize(BATCH);
    ResidentPredictor ofNumbers = predictor().setOutputCol("scores").setOutputClass(float[].class);

    assertThat(json(ofRows.transform(rows(spark, 2))))
        .isEqualTo(json(ofNumbers.transform(rows(spark, 2))));
    assertThat(ofRows.getOrDefault(ofRows.translatorFactory()))
        .isEqualTo(RowsFactory.class.getName());
  }

  @Test
  void aChangedFileIsReadAgain() throws IOException {
    Path changing = modelFolder(folder.resolve("changing"));
    ResidentPredictor stage = predictor().setModelUrl(changing.toString());
    List<String> before = json(stage.transform(rows(spark, 1)));

    Files.writeString(changing.resolve("synset.txt"), "bird\ndog\nfish\n");

    assertThat(json(stage.transform(rows(spark, 1))))
        .isNotEqualTo(before)
        .allMatch(row -> row.contains("bird"));
    assertThat(SentModel.of(stage, spark, null).id())
        .isEqualTo(SentModel.of(predictor(), spark, null).id());
  }

  @Test
  void aBatchifierOfNoneRunsEachRowByItself() {
    List<String> stacked = json(predictor().setBatchSize(1).transform(rows(spark, 2)));

    assertThat(json(predictor().setBatchifier("none").transform(rows(spark, 2))))
        .isEqualTo(stacked);
    for (String name : List.of("padding", ai.djl.translate.StackBatchifier.class.getName())) {
      assertThat(json(predictor().setBatchifier(name).setBatchSize(1).transform(rows(spark, 2))))
          .as(name)
          .isEqualTo(stacked);
    }
  }

  @Test
  void aModelIsFoundInAResourceAnArchiveAFileAndOnHadoopsFileSystems() throws IOException {
    List<String> expected = json(predictor().transform(rows(spark, 1)));
    Path zip = folder.resolve("net.zip");
    try (java.util.zip.ZipOutputStream out =
        new java.util.zip.ZipOutputStream(Files.newOutputStream(zip))) {
      for (String name : List.of("net.pt", "synset.txt")) {
        out.putNextEntry(new java.util.zip.ZipEntry(name));
        out.write(Files.readAllBytes(model.resolve(name)));
      }
    }

    for (String url :
        List.of(
            model.toString(),
            model.resolve("net.pt").toUri().toString(),
            zip.toUri().toString(),
            "jar:///models/net.zip")) {
      ClassLoader before = Thread.currentThread().getContextClassLoader();
      try (java.net.URLClassLoader loader =
          new java.net.URLClassLoader(new java.net.URL[] {jar(zip).toUri().toURL()}, before)) {
        Thread.currentThread().setContextClassLoader(loader);
        assertThat(json(predictor().setModelUrl(url).transform(rows(spark, 1))))
            .as(url)
            .isEqualTo(expected);
      } finally {
        Thread.currentThread().setContextClassLoader(before);
      }
    }
    spark.sparkContext().hadoopConfiguration().addResource(TestStore.configuration());
    String stored = TestStore.of(model) + "?model_name=net";
    assertThat(json(predictor().setModelUrl(stored).transform(rows(spark, 1)))).isEqualTo(expected);
    refused(
        () -> predictor().setModelUrl("store:/nowhere/net").transform(rows(spark, 1)),
        "modelUrl 'store:/nowhere/net': there is no such folder or file");
  }

  private static Path jar(Path model) throws IOException {
    Path jar = folder.resolve("models.jar");
    try (java.util.zip.ZipOutputStream out =
        new java.util.zip.ZipOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new java.util.zip.ZipEntry("models/net.zip"));
      out.write(Files.readAllBytes(model));
    }
    return jar;
  }

  @Test
  void mistakesAreFoundBeforeAnyRowIsRead() {
    StructType schema = rows(spark, 1).schema();

    refused(
        () -> new ResidentPredictor("p").transformSchema(schema),
        "p: outputCol is not set; call setOutputCol");
    refused(
        () -> predictor().setOutputCol("id").transformSchema(schema),
        "the column 'id' exists already; choose another outputCol");
    refused(
        () -> predictor().setInputCol("y").transformSchema(schema),
        "the dataset has no column 'y'; it has: id, x, text");
    refused(
        () -> predictor().setInputCol("text").transformSchema(schema),
        "an input of the type float[] is made of an array of numbers, a vector, or several numbers;"
            + " the columns [text] are [string]");
    refused(
        () -> predictor().setInputCols(new String[] {"x"}).transformSchema(schema),
        "set either inputCol or inputCols");
    refused(
        () -> predictor().setInputClass(Thread.class),
        "inputs of the type java.lang.Thread can't be made of columns; use one of String, ");
    refused(
        () -> predictor().setOutputClass(Image.class),
        "outputs of the type ai.djl.modality.cv.Image can't be a column; use one of String, ");
    refused(() -> predictor().setBatchSize(0), "batchSize given invalid value 0");
    refused(
        () -> predictor().setBatchifier("stck"),
        "batchifier: 'stck' is unknown; use none, stack, padding or the name of a class that"
            + " implements Batchifier");
    refused(
        () -> predictor().setModelUrl("file:///nowhere/net").transform(rows(spark, 1)),
        "modelUrl 'file:///nowhere/net': no model was found");
    refused(
        () -> predictor().setEngine("TensorFlow").transform(rows(spark, 1)),
        "models of the engine 'TensorFlow' can't stay resident; use PyTorch or OnnxRuntime");
    refused(
        () ->
            predictor()
                .setInputClass(String.class)
                .setInputCol("text")
                .setOutputClass(String.class)
                .transform(rows(spark, 1)),
        "makes no translators from java.lang.String to java.lang.String; it supports ");
  }

  @Test
  void badRowsAreNamed() {
    Dataset<Row> texts =
        spark
            .sql("select text from values ('1,2,3,4'), ('1,2,x,4'), (null) as t(text)")
            .coalesce(1);
    ResidentPredictor ofText = predictor().setInputCol("text").setInputClass(String.class);

    refused(
        () -> ofText.transform(texts.limit(2)).collectAsList(),
        "failed in row 1 of partition 0: java.lang.NumberFormatException: For input string: \"x\"");
    refused(
        () -> ofText.transform(texts.where("text is null")).collectAsList(),
        "column 'text', row 0 of partition 0: value 1 of 1 is null; drop or fill such rows first");
  }

  private static void refused(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable work, String part) {
    assertThatThrownBy(work).hasStackTraceContaining(part);
  }
}
