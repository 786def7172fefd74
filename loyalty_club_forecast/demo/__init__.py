from . import demo_forecast
