package io.ostinato.spark.ui;

import java.io.FileNotFoundException;
import java.lang.reflect.Method;
import java.net.URL;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.spark.ui.SparkUI;

/**
 * The files of the page, served by Spark's web UI.
 *
 * <p>Spark looks for files on the class path of its own classes. A jar that arrives by {@code
 * spark.jars} is not there; then a handler of Spark for other files is given the location of these.
 * The handler's classes differ between versions of Spark, so they are only known by reflection.
 */
record StaticPage(SparkUI ui) {
  private static final String FOLDER = "io/ostinato/spark/ui/page";
  private static final String INDEX = FOLDER + "/index.html";

  /** Files that every version of Spark has. */
  private static final String OF_SPARK = "org/apache/spark/ui/static";

  /**
   * Serves the files below this path.
   *
   * @throws ReflectiveOperationException if Spark's classes are not as expected
   * @throws FileNotFoundException if the files are not where the classes are
   */
  void serve(String path) throws ReflectiveOperationException, FileNotFoundException {
    if (SparkUI.class.getClassLoader().getResource(INDEX) != null) {
      ui.addStaticHandler(FOLDER, path);
    } else {
      attach(relocated(path));
    }
  }

  private static Object relocated(String path)
      throws ReflectiveOperationException, FileNotFoundException {
    String wanted = location(StaticPage.class.getClassLoader(), INDEX);
    wanted = wanted.substring(0, wanted.length() - "/index.html".length());
    String before = location(SparkUI.class.getClassLoader(), OF_SPARK);
    Object handler =
        method(
                Class.forName("org.apache.spark.ui.JettyUtils"),
                "createStaticHandler",
                parameters -> parameters.length == 2)
            .invoke(null, OF_SPARK, path);
    Object servlets = call(call(handler, "getServletHandler"), "getServlets");
    for (Object servlet : (Object[]) servlets) {
      Map<?, ?> parameters = (Map<?, ?>) call(servlet, "getInitParameters");
      for (Map.Entry<?, ?> parameter : Map.copyOf(parameters).entrySet()) {
        if (before.equals(parameter.getValue())) {
          servlet
              .getClass()
              .getMethod("setInitParameter", String.class, String.class)
              .invoke(servlet, parameter.getKey(), wanted);
          return handler;
        }
      }
    }
    throw new NoSuchMethodException("the static handler of Spark has no known location");
  }

  private void attach(Object handler) throws ReflectiveOperationException {
    method(
            SparkUI.class,
            "attachHandler",
            parameters -> parameters.length == 1 && parameters[0].isInstance(handler))
        .invoke(ui, handler);
  }

  private static String location(ClassLoader loader, String name) throws FileNotFoundException {
    URL location = loader.getResource(name);
    if (location == null) {
      throw new FileNotFoundException(name + " is not on the class path");
    }
    return location.toString();
  }

  private static Object call(Object target, String name) throws ReflectiveOperationException {
    Object result = target.getClass().getMethod(name).invoke(target);
    if (result == null) {
      throw new NoSuchMethodException(name + " returns nothing");
    }
    return result;
  }

  private static Method method(Class<?> type, String name, Predicate<Class<?>[]> parameters)
      throws NoSuchMethodException {
    return Arrays.stream(type.getMethods())
        .filter(method -> method.getName().equals(name))
        .filter(method -> parameters.test(method.getParameterTypes()))
        .findFirst()
        .orElseThrow(() -> new NoSuchMethodException(type.getName() + "." + name));
  }
}
